//! What Unicode names in a regular expression: properties, and what a group's name may be made of.

use regress::{Flags, Regex};

/// The longest name that is looked up, in units.
pub(super) const LONGEST: usize = 256;

/// What has a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Property {
    Characters,
    /// Strings, which only the flag v knows.
    Strings,
    /// There is no such property.
    Nothing,
}

/// Looks a property up: a name, or a name and a value around a `=`.
pub(super) fn property(name: &[u32]) -> Property {
    if is_taken("\\p{", name, "}", "u") {
        Property::Characters
    } else if is_taken("\\p{", name, "}", "v") {
        Property::Strings
    } else {
        Property::Nothing
    }
}

/// Whether a group may be named so. Escapes are not read.
pub(super) fn is_name(name: &[u32]) -> bool {
    !name.contains(&u32::from('\\')) && is_taken("(?<", name, ">)", "u")
}

fn is_taken(before: &str, name: &[u32], after: &str, flags: &str) -> bool {
    if name.len() > LONGEST {
        return false;
    }
    let units = name.iter().copied();
    let source = before.chars().map(u32::from).chain(units);
    let source = source.chain(after.chars().map(u32::from));
    let mut flags = Flags::from(flags);
    flags.unicode = true;
    flags.no_opt = true;
    Regex::from_unicode(source, flags).is_ok()
}
