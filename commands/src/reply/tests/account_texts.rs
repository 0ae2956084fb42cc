#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use chrono::TimeDelta;
use domain::drift::{Offset, Reference};

#[test]
fn questions_say_what_the_press_does() {
    let texts = [
        accounts::ask_switch(&question(live())),
        accounts::ask_remove(&question(paper())),
        cancels::ask_all(&question(paper())),
        cancels::ask_all(&question(live())),
        accounts::kept(),
    ];
    insta::assert_snapshot!(texts.iter().map(Reply::transcript).collect::<String>(), @r#"
    [RED] LIVE · savings
    # Use real money by default?
    **savings** is a live account. As the default, every command that names no account is about **real money**. Orders still ask first.
    : Good until = <t:1795204860:R>
    (Use the LIVE account | red | switch)
    (Keep the default | grey | keep)
    [blue] PAPER · swing
    # Remove this account?
    Paddock deletes the keys of **swing** at once and forgets the account. Positions and open orders stay at Alpaca as they are.
    : Good until = <t:1795204860:R>
    (Remove | red | remove)
    (Keep it | grey | keep)
    [blue] PAPER · swing
    # Cancel all open orders?
    Every open order of this account is canceled, those placed elsewhere too. Positions stay.
    : Good until = <t:1795204860:R>
    (Cancel all paper orders | red | cancel_all)
    (Keep them | grey | keep)
    [RED] LIVE · savings
    # Cancel all open orders?
    Every open order of this account is canceled, those placed elsewhere too. Positions stay.
    : Good until = <t:1795204860:R>
    (Cancel all LIVE orders | red | cancel_all)
    (Keep them | grey | keep)
    [grey] -
    # Nothing was changed
    Everything stays as it was.
    "#);
}

#[test]
fn accounts_read_well() {
    let mut tired = account(Environment::Paper, "old_one");
    tired.status = AccountStatus::KeysRefused;
    tired.always_confirm = true;
    let some = Accounts { list: vec![paper(), live(), tired], default: Some(paper().id) };
    let none = Accounts { list: Vec::new(), default: None };
    insta::assert_snapshot!(accounts::accounts(&some).transcript() + &accounts::accounts(&none).transcript(), @r#"
    [grey] -
    # Your accounts
    **PAPER · swing** · account `…5309` · key `…QX7A` since <t:1795204800:D> · default
    **LIVE · savings** · account `…5309` · key `…QX7A` since <t:1795204800:D> · asks before each order
    **PAPER · old\_one** · account `…5309` · key `…QX7A` since <t:1795204800:D> · default · asks before each order · **keys no longer accepted: `/account rotate`**
    -- Commands use the default unless you name another one.
    [grey] -
    # No accounts yet
    Link your own Alpaca account with `/account add`. Start on paper: it is free, and no real money.
    `/help` has the steps.
    "#);
}

#[test]
fn every_change_of_an_account_has_its_words() {
    let linked =
        |account, is_default| FormDone::Linked(Box::new(Linked { account, broker: broker_account(), is_default }));
    let mut always = paper();
    always.always_confirm = true;
    let texts = [
        accounts::form_done(&linked(paper(), true)),
        accounts::form_done(&linked(live(), false)),
        accounts::form_done(&FormDone::Rotated(paper())),
        accounts::is_default(&live()),
        accounts::removed(&paper()),
        accounts::renamed("old_one", &paper()),
        accounts::confirming(&paper()),
        accounts::confirming(&always),
        accounts::confirming(&live()),
    ];
    insta::assert_snapshot!(texts.iter().map(Reply::transcript).collect::<String>(), @r#"
    [blue] PAPER · swing
    # Account linked
    Alpaca took the keys. Paper orders go out at once; `/account confirm` makes them ask first.

    It is your default: commands use it unless you name another one. Try `/buy`.
    · Equity = $10,250.25
    · Buying power = $14,625.00
    · Key = `…QX7A`
    [RED] LIVE · savings
    # Account linked
    Alpaca took the keys. **This is real money**: every order shows a card first, and only your press sends it.

    Name it with `account:savings`, or make it the default with `/account use`.
    · Equity = $10,250.25
    · Buying power = $14,625.00
    · Key = `…QX7A`
    [blue] PAPER · swing
    # New keys stored
    Alpaca took them, and Paddock uses them from now on. **Delete the old key at Alpaca** if it is still there.
    · Key = `…QX7A`
    [RED] LIVE · savings
    # Default account
    Commands now use **savings**, a LIVE account, with real money, unless you name another one.
    [grey] -
    # Account removed
    The keys of **swing** are deleted. Open orders stay at Alpaca until you cancel them there.

    To be thorough, delete the key ending in `QX7A` at Alpaca, too.
    [blue] PAPER · swing
    # Renamed
    **old\_one** is now called **swing**.
    [blue] PAPER · swing
    # Confirming
    Orders of this paper account go out at once. `card:True` asks for the card once.
    [blue] PAPER · swing
    # Confirming
    Every order of this account shows a card first, as live orders do.
    [RED] LIVE · savings
    # Confirming
    Live orders always show a card first. That cannot be switched off.
    "#);
}

/// Bounds a millisecond wide, the nearer one to zero at `millis`.
fn offset(millis: i64) -> Offset {
    let near = TimeDelta::milliseconds(millis);
    let far = near + TimeDelta::milliseconds(millis.signum());
    Offset { least: Some(near.min(far)), most: Some(near.max(far)) }
}

#[test]
fn health_and_status_say_what_does_not_work() {
    let well = AccountHealth { account: paper(), broker: Ok(broker_account()), wait: Duration::ZERO, unconfirmed: 0 };
    let ill = AccountHealth {
        account: LinkedAccount { status: AccountStatus::KeysRefused, ..live() },
        broker: Err(Trouble::Broker(ReadFailure::Credentials)),
        wait: Duration::from_millis(4_100),
        unconfirmed: 2,
    };
    let fine = ServiceStatus {
        database: Ok(Duration::from_millis(3)),
        brokers: vec![(Environment::Paper, Ok(clock(true))), (Environment::Live, Ok(clock(false)))],
        unconfirmed: 0,
        settled: true,
        since: now(),
        clocks: vec![(Reference::Database, offset(-40))],
    };
    let broken = ServiceStatus {
        database: Err(Trouble::Database),
        brokers: vec![(Environment::Live, Err(Trouble::Broker(ReadFailure::Unavailable)))],
        unconfirmed: 1,
        settled: false,
        since: now(),
        clocks: vec![(Reference::Discord, offset(-120)), (Reference::Alpaca, offset(75))],
    };
    let new = ServiceStatus { brokers: Vec::new(), ..fine.clone() };
    let texts = [
        accounts::health(&well),
        accounts::health(&ill),
        status::status(&fine),
        status::status(&broken),
        status::status(&new),
    ];
    insta::assert_snapshot!(texts.iter().map(Reply::transcript).collect::<String>(), @r#"
    [blue] PAPER · swing
    # Works
    · At Alpaca = `ACTIVE`
    · Key = key `…QX7A` since <t:1795204800:D>
    -- Alpaca account …5309
    [RED] LIVE · savings
    # Keys not accepted
    **Alpaca does not take the keys**

    Alpaca did not take the keys when they were last used. Replace them with `/account rotate`.
    · Key = key `…QX7A` since <t:1795204800:D>
    · Request budget = used up for 5 s
    · Not yet confirmed = 2 orders; see `/orders`
    -- Alpaca account …5309
    [grey] -
    # Everything works
    · Database = answers in 3 ms
    · Alpaca, paper = answers; market open until 16:00 ET Fri 20 Nov
    · Alpaca, live = answers; market opens 09:30 ET Mon 23 Nov
    · Running since = <t:1795204800:R>
    [amber] -
    # Not everything works
    Paddock's clock is at least 120 ms behind that of Discord. Times in your records may be off by that. Orders are not affected. Tell whoever runs Paddock.

    Paddock's clock is at least 75 ms ahead of that of Alpaca. Times in your records may be off by that. Orders are not affected. Tell whoever runs Paddock.

    Paddock has just started and is asking Alpaca about orders that were under way. Trading waits until that is through.
    · Database = Paddock's database does not answer
    · Alpaca, live = Alpaca does not answer
    · Your unconfirmed orders = 1; see `/orders`
    · Running since = <t:1795204800:R>
    [grey] -
    # Everything works
    · Database = answers in 3 ms
    · Alpaca = not asked: you have no account yet
    · Running since = <t:1795204800:R>
    "#);
}

#[test]
fn the_help_helps() {
    let pages = [Topic::Start, Topic::Orders, Topic::Looking, Topic::Accounts, Topic::Privacy, Topic::Unconfirmed]
        .map(help::help);
    insta::assert_snapshot!(pages.iter().map(Reply::transcript).collect::<String>(), @r"
    [grey] -
    # Paddock: trade your own Alpaca account from Discord
    **1.** Open `app.alpaca.markets`, sign up, and stay in the **paper** account (simulated money).
    **2.** On its home page choose **API Keys → Generate**. Keep the page open: the secret is shown once.
    **3.** Here, type `/account add` and choose `paper`. A form opens: paste the key ID and the secret.
    **4.** `/buy symbol:AAPL quantity:1` buys one share on paper. `/positions` shows it, `/sell` sells it.

    Only you see the answers. In a server they are private messages within the channel; commands work in a direct message with the bot, too.

    **Real money** works the same way with `/account add` and `live`. Every live order then shows a card, and only your press on it sends the order. Try things on paper first.
    -- More: /help topic:orders · looking · accounts · privacy · unconfirmed
    [grey] -
    # Help: orders
    `/buy` and `/sell` take a `symbol` (`AAPL`, `BTC/USD`, an option contract) and one size: `quantity`, `dollars`, `percent` of your buying power (or of what you hold), or `risk`: as many as lose that part of the account at the `stop_loss`.
    Without a price the order takes the market's. `limit` is that price or a better one, `stop` waits for a price, both together wait and then hold to the limit, `trail` follows the price.
    `tif` says how long: `day`, `gtc` (until you cancel it), `opg` and `cls` (the auctions), `ioc` and `fok` (at once).
    `extended` lets a limit order work before 09:30 and after 16:00 ET.

    **In one line.** `/t` takes all of that as you would say it: `buy 5 aapl lmt 184.5 gtc tp 195 sl 178`. The list above what you type shows how it is understood.
    **By menus.** `/ticket` asks for one thing after the other, beside the quote, the cost and your buying power, and ends in the card.

    **Exits.** `take_profit` and `stop_loss` with an order wait until it is filled; one cancels the other. For something that you hold already, `/sell` with both and `oco:True`. `/spread` trades two to four contracts as one; `/option` puts one together from menus, and says what it can lose and gain. `/exercise` is for contracts that you hold.

    **The card.** Live orders always show one first: price, cost, what you will hold, and when the market takes the order up. **Confirm** sends exactly what the card says, once, however often you press. The card expires quickly; if the price moves while you decide, you are asked again. `card:True` shows it for a paper order, too.

    `/close` closes a position or part of it, `/close-all` all of them. `/replace` changes an open order. `/orders` shows what is open, `/order` tells one order's whole life and why it is not filled, `/cancel` cancels one order, a symbol's, or all. A cancel is a request: until Alpaca is through, the order may still fill.
    [grey] -
    # Help: looking
    **What you have.** `/balance`, `/positions` (what has no stop is marked) and `/position` for one of them. `/orders` and `/history` list what was; `/portfolio` and `/allocation` are pictures. In `account` you can also pick all paper or all live accounts together; the two are never added up.

    **The market.** `/quote`, `/chart` (with your own fills, entry and open orders), `/chain` for options, `/news`, `/movers`, `/asset`, `/clock`, `/calendar`; `/watchlist` keeps lists of symbols at Alpaca. Symbols are found by ticker or by the company's name.

    **What was done.** `/audit` is everything that was done in your name. `/settings blur:on` masks amounts when somebody may look over your shoulder.
    [grey] -
    # Help: accounts
    `/account add` links an account, `/account list` shows yours, `/account use` chooses the default.
    The line on top of every answer says which account it is about: blue **PAPER**, red **LIVE**.
    `/account confirm` makes a paper account ask before each order, as live accounts do.

    `/account rotate` takes new keys for an account. Do that when Alpaca refuses the old ones: resetting a paper account replaces its keys.
    `/account remove` deletes the keys at once. Positions and orders stay at Alpaca.

    **Bound yourself.** `/guard set` limits what you can enter: the largest order and position, the day's loss, symbols, a rest after losses, slips of the finger. Tighter holds at once, looser in 24 hours. `/pause` enters nothing until `/resume`. Exits and cancels always pass.
    [grey] -
    # Help: privacy
    **Your keys** go from the form to Alpaca, are stored encrypted, and are never shown again. Whoever runs this Paddock holds the master key, so link accounts only where you trust them. **Discord sees what you type into the form**, as it sees everything typed into Discord. An Alpaca key can trade and, for crypto, move funds out; Paddock itself has no code that could. Start on paper, and delete a key at Alpaca when you stop using it.

    **Your answers** are visible to you alone. Server owners do not see them, and cannot trade for you.
    **What is kept:** your accounts, your orders, and a record of what was done and when, so that nothing can be changed unnoticed. `/account remove` deletes an account's keys at once.

    `/privacy` says all of it, `/mydata` shows, copies and deletes what is kept of you.

    Never put a key into a command's options or a message. If it happened, delete that key at Alpaca.
    [grey] -
    # Help: “sent, not yet confirmed”
    Sometimes Alpaca does not answer, or the connection breaks, just when an order went out. Then nobody can know at once whether it arrived.

    Paddock never guesses. It says **sent, not yet confirmed**, keeps asking Alpaca for that very order, and changes the message when it knows. **Do not send the order again** meanwhile: you could end up with two.

    `/orders` shows such orders on top, and **Check again** under the message asks at once.
    ");
}
