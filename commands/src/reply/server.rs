//! `/server`.

use super::Reply;
use desk::ServerRules;

/// What a server forbids.
pub(crate) fn rules(rules: &ServerRules) -> Reply {
    let live = if rules.forbids_live { "forbidden" } else { "allowed" };
    Reply::plain("What this server forbids")
        .with("Orders with real money", live)
        .with("Most that one buy may cost", rules.most.map_or_else(|| "no limit".to_owned(), |most| most.to_string()))
        .say(
            "Admins set this with `/server live` and `/server limit`. It can only forbid: it allows nothing that Alpaca, whoever runs \
             Paddock, or you yourself forbid. It holds for everybody who used Paddock in this server, in direct messages, too. \
             Looking, canceling and selling go on.",
        )
}
