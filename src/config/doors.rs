//! Who is let in, whether real money is traded, and how fast commands may come.

use super::{ConfigRefusal, Env, Variable};
use commands::Rates;
use desk::{Admitted, Doors};

const LIST: &str = "everyone, nobody, or ids separated by commas";

/// The servers that are served.
pub const SERVERS: Variable = Variable {
    name: "PADDOCK_SERVERS",
    about: "from which Discord servers commands are taken: everyone, nobody, or ids separated by commas",
    default: Some("everyone"),
};

/// The users that are served.
pub const USERS: Variable = Variable {
    name: "PADDOCK_USERS",
    about: "from which Discord users commands are taken: everyone, nobody, or ids separated by commas",
    default: Some("everyone"),
};

/// Real money.
pub const LIVE: Variable =
    Variable { name: "PADDOCK_LIVE", about: "whether real money is traded at all: on or off", default: Some("on") };

/// Commands of one user.
pub const USER_COMMANDS: Variable = Variable {
    name: "PADDOCK_USER_COMMANDS_PER_MINUTE",
    about: "how many commands and presses one user may send in any minute (5 to 100000)",
    default: Some("60"),
};

/// Commands from one server.
pub const SERVER_COMMANDS: Variable = Variable {
    name: "PADDOCK_SERVER_COMMANDS_PER_MINUTE",
    about: "how many all users of one server may send together in any minute (5 to 100000)",
    default: Some("600"),
};

/// # Errors
/// `Unusable` for what is no list of ids.
pub fn doors(env: &Env) -> Result<Doors, ConfigRefusal> {
    Ok(Doors { servers: admitted(env, SERVERS)?, users: admitted(env, USERS)? })
}

/// # Errors
/// `Unusable` for a number out of its range.
pub fn rates(env: &Env) -> Result<Rates, ConfigRefusal> {
    Ok(Rates { user: rate(env, USER_COMMANDS)?, server: rate(env, SERVER_COMMANDS)? })
}

/// # Errors
/// `Unusable` for another word than on and off.
pub fn live(env: &Env) -> Result<bool, ConfigRefusal> {
    match env.get(LIVE).map(str::trim) {
        Some("on") => Ok(true),
        Some("off") => Ok(false),
        _ => Err(ConfigRefusal::Unusable { name: LIVE.name, why: "it should be on or off".to_owned() }),
    }
}

/// A list without an entry is nobody, and says so: an empty variable is refused where all variables are.
fn admitted(env: &Env, variable: Variable) -> Result<Admitted, ConfigRefusal> {
    match env.get(variable).unwrap_or_default().trim() {
        "everyone" => Ok(Admitted::Everyone),
        "nobody" => Ok(Admitted::Only(std::collections::BTreeSet::new())),
        ids => {
            let ids =
                ids.split(',').map(|id| id.trim().parse::<i64>().ok().filter(|id| *id > 0)).collect::<Option<_>>();
            let why = format!("it should be {LIST}");
            ids.map(Admitted::Only).ok_or(ConfigRefusal::Unusable { name: variable.name, why })
        }
    }
}

fn rate(env: &Env, variable: Variable) -> Result<usize, ConfigRefusal> {
    let rate: usize = env.parse(variable, "a whole number")?;
    if (5..=100_000).contains(&rate) {
        return Ok(rate);
    }
    Err(ConfigRefusal::Unusable { name: variable.name, why: "it should be 5 to 100000".to_owned() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    fn env(name: &str, value: &str) -> Env {
        Env::from_pairs([(name.to_owned(), value.to_owned())]).ok().unwrap()
    }

    #[test]
    fn a_list_is_everyone_nobody_or_ids_and_never_silently_one_of_them() {
        let servers = |value: &str| doors(&env(SERVERS.name, value)).map(|doors| doors.servers).ok();
        assert_eq!(servers("everyone"), Some(Admitted::Everyone));
        assert_eq!(servers("nobody"), Some(Admitted::Only([].into())));
        assert_eq!(servers("7, 8"), Some(Admitted::Only([7, 8].into())));
        for odd in ["all", "7,", ",", "7 8", "-1", "0", "none", "seven"] {
            assert_eq!(servers(odd), None, "{odd}");
        }
        assert!(Env::from_pairs([(USERS.name.to_owned(), " ".to_owned())]).is_err(), "an empty list is an error");
        assert_eq!(doors(&Env::from_pairs([]).ok().unwrap()).ok(), Some(Doors::default()));
    }

    #[test]
    fn real_money_is_on_or_off() {
        assert_eq!((live(&env(LIVE.name, "on")).ok(), live(&env(LIVE.name, "off")).ok()), (Some(true), Some(false)));
        assert!(live(&env(LIVE.name, "no")).is_err());
        assert!(rates(&env(USER_COMMANDS.name, "1")).is_err());
    }
}
