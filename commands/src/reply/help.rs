//! `/help`: what a newcomer needs, in the order they need it.

use super::Reply;

/// A page of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    /// The first five minutes.
    Start,
    /// Placing and canceling.
    Orders,
    /// What one has, and the market.
    Looking,
    /// Accounts and keys.
    Accounts,
    /// What is stored and who sees it.
    Privacy,
    /// What "not yet confirmed" means.
    Unconfirmed,
}

/// The page.
pub(crate) fn help(topic: Topic) -> Reply {
    match topic {
        Topic::Start => start(),
        Topic::Orders => orders(),
        Topic::Looking => looking(),
        Topic::Accounts => accounts(),
        Topic::Privacy => privacy(),
        Topic::Unconfirmed => unconfirmed(),
    }
}

fn start() -> Reply {
    Reply::plain("Paddock: trade your own Alpaca account from Discord")
        .say(
            "**1.** Open `app.alpaca.markets`, sign up, and stay in the **paper** account (simulated money).\n\
             **2.** On its home page choose **API Keys → Generate**. Keep the page open: the secret is shown once.\n\
             **3.** Here, type `/account add` and choose `paper`. A form opens: paste the key ID and the secret.\n\
             **4.** `/buy symbol:AAPL quantity:1` buys one share on paper. `/positions` shows it, `/sell` sells it.",
        )
        .say("Only you see the answers. In a server they are private messages within the channel; commands work in a direct message with the bot, too.")
        .say("**Real money** works the same way with `/account add` and `live`. Every live order then shows a card, and only your press on it sends the order. Try things on paper first.")
        .footer("More: /help topic:orders · looking · accounts · privacy · unconfirmed")
}

fn orders() -> Reply {
    Reply::plain("Help: orders")
        .say(
            "`/buy` and `/sell` take a `symbol` (`AAPL`, `BTC/USD`, an option contract) and one size: `quantity`, `dollars`, \
             `percent` of your buying power (or of what you hold), or `risk`: as many as lose that part of the account at the `stop_loss`.\n\
             Without a price the order takes the market's. `limit` is that price or a better one, `stop` waits for a price, both together wait \
             and then hold to the limit, `trail` follows the price.\n\
             `tif` says how long: `day`, `gtc` (until you cancel it), `opg` and `cls` (the auctions), `ioc` and `fok` (at once).\n\
             `extended` lets a limit order work before 09:30 and after 16:00 ET.",
        )
        .say(
            "**In one line.** `/t` takes all of that as you would say it: `buy 5 aapl lmt 184.5 gtc tp 195 sl 178`. The list above what you type \
             shows how it is understood.\n\
             **By menus.** `/ticket` asks for one thing after the other, beside the quote, the cost and your buying power, and ends in the card.",
        )
        .say(
            "**Exits.** `take_profit` and `stop_loss` with an order wait until it is filled; one cancels the other. \
             For something that you hold already, `/sell` with both and `oco:True`. `/spread` trades two to four contracts as one; \
             `/option` puts one together from menus, and says what it can lose and gain. `/exercise` is for contracts that you hold.",
        )
        .say(
            "**The card.** Live orders always show one first: price, cost, what you will hold, and when the market takes the order up. \
             **Confirm** sends exactly what the card says, once, however often you press. The card expires quickly; \
             if the price moves while you decide, you are asked again. `card:True` shows it for a paper order, too.",
        )
        .say("`/close` closes a position or part of it, `/close-all` all of them. `/replace` changes an open order. `/orders` shows what is open, `/order` tells one order's whole life and why it is not filled, `/cancel` cancels one order, a symbol's, or all. A cancel is a request: until Alpaca is through, the order may still fill.")
}

fn looking() -> Reply {
    Reply::plain("Help: looking")
        .say(
            "**What you have.** `/balance`, `/positions` (what has no stop is marked) and `/position` for one of them. \
             `/orders` and `/history` list what was; `/portfolio` and `/allocation` are pictures. In `account` you can also pick all paper or all live \
             accounts together; the two are never added up.",
        )
        .say(
            "**The market.** `/quote`, `/chart` (with your own fills, entry and open orders), `/chain` for options, `/news`, `/movers`, `/asset`, `/clock`, \
             `/calendar`; `/watchlist` keeps lists of symbols at Alpaca. Symbols are found by ticker or by the company's name.",
        )
        .say("**What was done.** `/audit` is everything that was done in your name. `/settings blur:on` masks amounts when somebody may look over your shoulder.")
}

fn accounts() -> Reply {
    Reply::plain("Help: accounts")
        .say(
            "`/account add` links an account, `/account list` shows yours, `/account use` chooses the default.\n\
             The line on top of every answer says which account it is about: blue **PAPER**, red **LIVE**.\n\
             `/account confirm` makes a paper account ask before each order, as live accounts do.",
        )
        .say(
            "`/account rotate` takes new keys for an account. Do that when Alpaca refuses the old ones: resetting a paper account replaces its keys.\n\
             `/account remove` deletes the keys at once. Positions and orders stay at Alpaca.",
        )
        .say(
            "**Bound yourself.** `/guard set` limits what you can enter: the largest order and position, the day's loss, symbols, a rest after losses, \
             slips of the finger. Tighter holds at once, looser in 24 hours. `/pause` enters nothing until `/resume`. Exits and cancels always pass.",
        )
}

fn privacy() -> Reply {
    Reply::plain("Help: privacy")
        .say(
            "**Your keys** go from the form to Alpaca, are stored encrypted, and are never shown again. \
             Whoever runs this Paddock holds the master key, so link accounts only where you trust them. \
             **Discord sees what you type into the form**, as it sees everything typed into Discord. An Alpaca key can trade and, for crypto, \
             move funds out; Paddock itself has no code that could. Start on paper, and delete a key at Alpaca when you stop using it.",
        )
        .say(
            "**Your answers** are visible to you alone. Server owners do not see them, and cannot trade for you.\n\
             **What is kept:** your accounts, your orders, and a record of what was done and when, so that nothing can be changed unnoticed. \
             `/account remove` deletes an account's keys at once.",
        )
        .say("`/privacy` says all of it, `/mydata` shows, copies and deletes what is kept of you.")
        .say("Never put a key into a command's options or a message. If it happened, delete that key at Alpaca.")
}

fn unconfirmed() -> Reply {
    Reply::plain("Help: \u{201c}sent, not yet confirmed\u{201d}")
        .say(
            "Sometimes Alpaca does not answer, or the connection breaks, just when an order went out. Then nobody can know at once whether it arrived.",
        )
        .say(
            "Paddock never guesses. It says **sent, not yet confirmed**, keeps asking Alpaca for that very order, and changes the message when it knows. \
             **Do not send the order again** meanwhile: you could end up with two.",
        )
        .say("`/orders` shows such orders on top, and **Check again** under the message asks at once.")
}
