use std::fs;

use super::*;

fn folder_with(programs: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in programs {
        let path = folder.path().join(name);
        fs::write(&path, "#!/bin/sh\necho v20.1.0\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

fn resolve(
    programs: &[&str],
    script: &str,
    runtime: Option<RuntimeName>,
) -> Result<String, String> {
    let folder = folder_with(programs);
    let script = Script {
        path: Path::new(script),
        folder: Path::new("/somewhere"),
        args: vec!["a b".into()],
        runtime,
    };
    let resolved = script.resolve(&Programs::in_folders(&[folder.path()]));
    resolved
        .map(|resolved| format!("{:?} {:?}", resolved.program, resolved.args))
        .map_err(|error| error.to_string())
}

#[test]
fn a_script_is_run_by_the_first_that_can() {
    let all = ["node", "bun", "deno", "python3", "sh"];
    let ok = |text: &str| Ok(text.to_owned());
    assert_eq!(resolve(&all, "w.js", None), ok(r#""node" ["w.js", "a b"]"#));
    assert_eq!(
        resolve(&["bun", "deno"], "w.mjs", None),
        ok(r#""bun" ["w.mjs", "a b"]"#)
    );
    assert_eq!(resolve(&all, "w.ts", None), ok(r#""bun" ["w.ts", "a b"]"#));
    assert_eq!(
        resolve(&["deno"], "w.mts", None),
        ok(r#""deno" ["run", "-A", "w.mts", "a b"]"#)
    );
    assert_eq!(
        resolve(&all, "w.py", None),
        ok(r#""python3" ["w.py", "a b"]"#)
    );
    assert_eq!(resolve(&all, "w.sh", None), ok(r#""sh" ["w.sh", "a b"]"#));
}

#[test]
fn a_named_runtime_wins_over_the_ending() {
    let all = ["node", "bun", "deno"];
    assert_eq!(
        resolve(&all, "w.js", Some(RuntimeName::Deno)),
        Ok(r#""deno" ["run", "-A", "w.js", "a b"]"#.to_owned())
    );
    assert_eq!(
        resolve(&[], "w.js", Some(RuntimeName::Bun)),
        Err("w.js needs bun, and none is in PATH".to_owned())
    );
}

#[test]
fn a_missing_runtime_is_named() {
    assert_eq!(
        resolve(&[], "w.js", None),
        Err("w.js needs node or bun or deno, and none is in PATH".to_owned())
    );
    assert_eq!(
        resolve(&["node"], "w.ts", None),
        Err("w.ts needs node 22.6 or newer, bun or deno, and none is in PATH".to_owned())
    );
}

#[test]
fn node_strips_types_from_22_6_on() {
    let flag: &[&str] = &["--experimental-strip-types"];
    assert_eq!(flags_of_version("v20.20.2\n"), None);
    assert_eq!(flags_of_version("v22.5.1"), None);
    assert_eq!(flags_of_version("v22.6.0"), Some(flag));
    assert_eq!(flags_of_version("v23.5.0"), Some(flag));
    assert_eq!(flags_of_version("v23.6.0"), Some(&[] as &[_]));
    assert_eq!(flags_of_version("v24.0.0"), Some(&[] as &[_]));
    assert_eq!(flags_of_version("nonsense"), None);
}

#[test]
fn a_command_keeps_its_arguments_and_its_name() {
    let args: Vec<OsString> = vec!["~".into(), "$HOME".into(), "a\nb".into()];
    let bare = command(OsStr::new("jq"), args.clone(), Path::new("/here"));
    assert_eq!(bare.program, OsString::from("jq"));
    assert_eq!(bare.args, args);

    let path = command(OsStr::new("bin/python3"), vec![], Path::new("/here"));
    assert_eq!(path.program, OsString::from("/here/bin/python3"));
    assert_eq!(path.runtime, Some(Runtime::Python));
}
