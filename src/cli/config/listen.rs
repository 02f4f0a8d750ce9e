//! The key that says where the deck listens for a pool.
//!
//! Owns what an address may be, and that it needs a channel that carries sockets. Called by `pool` with the pool's whole
//! table.

use std::path::Path;

use toml::de::DeValue;

use crate::cli::config::table::{Faults, Table, Wrong, mismatch, text};
use crate::model::{ChannelKind, ListenSpec, PoolSpec};

/// Reads the addresses; paths are relative to `folder`.
pub(super) fn read(
    table: Table<'_>,
    (channel, folder): (ChannelKind, &Path),
    faults: &mut Faults,
) -> Vec<ListenSpec> {
    let listen = table.take("listen", faults, |value| addresses(value, folder));
    let listen = listen.unwrap_or_default();
    if let Some(span) = table.key_span("listen")
        && !listen.is_empty()
        && channel != ChannelKind::Fork
    {
        let name = channel.as_str();
        let said = format!(
            "`listen` needs the fork channel: with `channel = \"{name}\"` no socket can be handed over"
        );
        let help = "remove `listen`, or use `channel = \"fork\"`".to_owned();
        faults.push(span, said, Some(help));
    }
    listen
}

fn addresses(value: &DeValue<'_>, folder: &Path) -> Result<Vec<ListenSpec>, Wrong> {
    let Some(list) = value.as_array() else {
        let wrong = mismatch("a list of addresses", value);
        return Err(wrong.help("write `listen = [\"127.0.0.1:8080\"]`"));
    };
    let mut all: Vec<ListenSpec> = Vec::new();
    for item in list {
        let address = address(item.get_ref(), folder).map_err(|wrong| wrong.at(item.span()))?;
        if all.contains(&address) && !is_chosen(&address) {
            let wrong = Wrong::from(format!("names {address} twice"));
            return Err(wrong.at(item.span()));
        }
        all.push(address);
    }
    Ok(all)
}

/// What is said of an address that another pool has.
pub(super) fn taken(pool: &PoolSpec, others: &[PoolSpec]) -> Option<String> {
    let address = |address: &&ListenSpec| !is_chosen(address);
    pool.listen.iter().filter(address).find_map(|address| {
        let other = others.iter().find(|other| other.listen.contains(address))?;
        let (name, other) = (&pool.name, &other.name);
        Some(format!(
            "pool `{name}` listens on {address}, as pool `{other}` does"
        ))
    })
}

/// Whether the system chooses the port, so that two are not the same.
fn is_chosen(address: &ListenSpec) -> bool {
    match address {
        ListenSpec::Tcp(address) | ListenSpec::Udp(address) => address.port() == 0,
        ListenSpec::Unix(_) => false,
    }
}

fn address(value: &DeValue<'_>, folder: &Path) -> Result<ListenSpec, Wrong> {
    let written = text(value)?;
    let address = ListenSpec::parse(written).and_then(|address| match address {
        ListenSpec::Unix(path) => ListenSpec::unix(folder.join(path)),
        other => Ok(other),
    });
    address.map_err(|error| Wrong::from(error.to_string()))
}

#[cfg(test)]
mod tests {
    use crate::cli::config::tests::{complaints, read, with};

    #[test]
    fn addresses_are_understood() {
        let text = with("listen = [\"0.0.0.0:80\", \"[::]:0\", \"unix:/run/a.sock\"]");
        let listen = read(&text).unwrap().pools.remove(0).listen;

        let listen: Vec<String> = listen.iter().map(ToString::to_string).collect();
        assert_eq!(listen, ["0.0.0.0:80", "[::]:0", "unix:/run/a.sock"]);
    }

    #[test]
    fn what_is_no_address_is_a_fault_where_it_stands() {
        let said = complaints(&with("listen = [\"127.0.0.1:1\", \"example.com:80\"]"));
        let wanted = "f:3:26: `listen` must be an IP address with a port, or a path: \
                      \"0.0.0.0:8080\", \"[::1]:8080\", \"unix:/run/web.sock\"";
        assert_eq!(said, [wanted]);

        let said = complaints(&with("listen = [\"127.0.0.1:1\", \"localhost:1\"]"));
        assert_eq!(said, ["f:3:26: `listen` names 127.0.0.1:1 twice"]);
    }

    #[test]
    fn two_pools_on_one_address_are_a_fault() {
        let pool = |name, address| {
            format!("[pools.{name}]\ncommand = [\"node\"]\nlisten = [\"{address}\"]\n")
        };

        let said = complaints(&(pool("a", "127.0.0.1:1") + &pool("b", "127.0.0.1:1")));
        assert!(
            said.contains(&"f:4:8: pool `b` listens on 127.0.0.1:1, as pool `a` does".to_owned()),
            "{said:?}"
        );
        assert!(read(&(pool("a", "127.0.0.1:0") + &pool("b", "127.0.0.1:0"))).is_ok());
    }

    #[test]
    fn without_a_fork_channel_nothing_is_listened_on() {
        for channel in ["stdio", "none"] {
            let said = complaints(&with(&format!(
                "channel = \"{channel}\"\nlisten = [\"127.0.0.1:1\"]"
            )));
            let wanted = [
                format!(
                    "f:4:1: `listen` needs the fork channel: with `channel = \"{channel}\"` no socket can be handed over"
                ),
                "? remove `listen`, or use `channel = \"fork\"`".to_owned(),
            ];
            assert_eq!(said, wanted);
        }
    }
}
