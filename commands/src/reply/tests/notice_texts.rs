#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use domain::settings::{Notices, Settings};

#[test]
fn settings_say_what_they_do_and_how_to_change_them() {
    let above = Some(rust_decimal::Decimal::from(10_000));
    let texts: String = [(Notices::Off, None), (Notices::On, above), (Notices::Undeliverable, None)]
        .map(|(notices, typed_above)| {
            let blur = typed_above.is_some();
            settings::settings(&Settings {
                notices,
                typed_above,
                blur,
                concentration: typed_above.map(|_| decimal("40")),
            })
            .transcript()
        })
        .concat();
    insta::assert_snapshot!(texts, @r#"
    [grey] -
    # Your settings
    : Direct messages = **off**: Paddock writes to you only when you use it. `/settings notices:on` lets it tell you when the fate of an order or an exercise becomes known late, when an order ends or a part of it fills after its message stopped updating, and when one hangs; and once a day where your audit log ends, so that nobody can rewrite it unseen.
    : Blur = **off**: amounts are shown at once. `/settings blur:on` masks them until you press a button.
    : Large orders = **off**: a press confirms an order of any size. `/settings typed_above:10000` makes cards of larger orders ask for their words to be typed.
    : Large positions = a card warns **above 25%** of the account. `/settings concentration:40%` makes that another part.
    [grey] -
    # Your settings
    : Direct messages = **on**: Paddock tells you when the fate of an order or an exercise becomes known late, when an order ends or a part of it fills after its message stopped updating, and when one hangs; and once a day where your audit log ends, so that nobody can rewrite it unseen. `/settings notices:off` stops that at once.
    : Blur = **on**: what you look at shows `$•••` until you press **Show amounts**. Cards and receipts of orders stay as they are: you confirm what they say. `/settings blur:off` stops that.
    : Large orders = **above $10,000.00** a card asks for its words to be typed. `/settings typed_above:off` stops that.
    : Large positions = a card warns **above 40%** of the account. `/settings concentration:40%` makes that another part.
    [grey] -
    # Your settings
    : Direct messages = **off, because Discord did not let a message through**: you may have blocked Paddock, or closed direct messages from this server. Open them, then `/settings notices:on`.
    : Blur = **off**: amounts are shown at once. `/settings blur:on` masks them until you press a button.
    : Large orders = **off**: a press confirms an order of any size. `/settings typed_above:10000` makes cards of larger orders ask for their words to be typed.
    : Large positions = a card warns **above 25%** of the account. `/settings concentration:40%` makes that another part.
    "#);
}

#[test]
fn a_notice_carries_its_accounts_banner_and_says_how_to_stop_such_messages() {
    let late = at_broker(BrokerStatus::New);
    let mut settled = filled(receipt(State::Over(Ending::Filled)), "5");
    settled.account = live();
    let part = filled(at_broker(BrokerStatus::PartiallyFilled), "2");
    let stuck = Receipt { stuck: true, ..at_broker(BrokerStatus::PendingCancel) };
    let texts: String = [
        Tidings::LateArrival(Box::new(late)),
        Tidings::Settled(Box::new(settled)),
        Tidings::PartFilled(Box::new(part)),
        Tidings::Stuck(Box::new(stuck)),
    ]
    .iter()
    .map(|tidings| notice::notice(tidings).transcript())
    .collect();
    insta::assert_snapshot!(texts, @r"
    [blue] PAPER · swing
    # Working
    Alpaca has the order and works on it.

    **This order counted as not placed, and has turned up at Alpaca after all.** What stands above is how it is now. If you placed another one in its stead, you may have two: cancel or sell what you do not want.
    : Order = Buy 5 AAPL at $184.50 or better
    · Type = Limit $184.50 · day
    · Decided = <t:1795204800:f>
    -- Alpaca order 00000000-0000-0000-0000-0000000000a1 · /settings notices:off stops such messages
    (Cancel order | grey | cancel)
    (Replace | grey | replace)
    (To bid | grey | bid)
    (To mid | grey | middle)
    (To ask | grey | ask)
    (Repeat | grey | repeat)
    (Details | grey | details)
    (Check again | grey | check)
    [RED] LIVE · savings
    # Filled
    The whole order is done.

    This is what became of the order that you placed <t:1795204800:R>.
    : Order = Buy 5 AAPL at $184.50 or better
    · Type = Limit $184.50 · day
    · Filled = 5 of 5 at $184.47
    · Value = $922.35
    · Decided = <t:1795204800:f>
    -- Paddock's name for it: paddock-0000000000000000000000000000000b · /settings notices:off stops such messages
    (Repeat | grey | repeat)
    (Details | grey | details)
    [blue] PAPER · swing
    # Partially filled
    The rest of the order is still working.

    A part of the order that you placed <t:1795204800:R> is filled. Paddock writes once more when it is over, not at every part: `/orders` shows how it stands.
    : Order = Buy 5 AAPL at $184.50 or better
    · Type = Limit $184.50 · day
    · Filled = 2 of 5 at $184.47
    · Value = $368.94
    · Decided = <t:1795204800:f>
    -- Alpaca order 00000000-0000-0000-0000-0000000000a1 · /settings notices:off stops such messages
    (Cancel order | grey | cancel)
    (Replace | grey | replace)
    (To bid | grey | bid)
    (To mid | grey | middle)
    (To ask | grey | ask)
    (Repeat | grey | repeat)
    (Details | grey | details)
    (Check again | grey | check)
    [blue] PAPER · swing
    # Stuck at Alpaca
    Alpaca has the order and has not managed to cancel it: **until that is through, it may still fill**. That normally takes moments; something is wrong at Alpaca. **Do not send it again.** Paddock keeps looking. If it lasts, see <https://status.alpaca.markets> or ask Alpaca's support, and give them the order's id below.

    Its own message is too old to be updated, hence this one.
    : Order = Buy 5 AAPL at $184.50 or better
    · Type = Limit $184.50 · day
    · Decided = <t:1795204800:f>
    -- Alpaca order 00000000-0000-0000-0000-0000000000a1 · /settings notices:off stops such messages
    (Cancel order | grey | cancel)
    (Details | grey | details)
    (Check again | grey | check)
    ");
}

#[test]
fn a_stuck_order_says_what_hangs_and_never_that_it_failed() {
    let texts: String = [BrokerStatus::PendingNew, BrokerStatus::PendingCancel, BrokerStatus::PendingReplace]
        .map(|status| {
            let stuck = Receipt { stuck: true, ..at_broker(status) };
            receipt::receipt(&stuck, Following::Yes).transcript()
        })
        .concat();
    insta::assert_snapshot!(texts, @r"
    [blue] PAPER · swing
    # Stuck at Alpaca
    Alpaca has the order and has not managed to pass it on to the market: **it may still fill**. That normally takes moments; something is wrong at Alpaca. **Do not send it again.** Paddock keeps looking. If it lasts, see <https://status.alpaca.markets> or ask Alpaca's support, and give them the order's id below.
    : Order = Buy 5 AAPL at $184.50 or better
    · Type = Limit $184.50 · day
    · Decided = <t:1795204800:f>
    -- Alpaca order 00000000-0000-0000-0000-0000000000a1 · updates by itself for a quarter of an hour
    (Cancel order | grey | cancel)
    (Details | grey | details)
    (Check again | grey | check)
    (Message me when it is known | grey | tell_me)
    [blue] PAPER · swing
    # Stuck at Alpaca
    Alpaca has the order and has not managed to cancel it: **until that is through, it may still fill**. That normally takes moments; something is wrong at Alpaca. **Do not send it again.** Paddock keeps looking. If it lasts, see <https://status.alpaca.markets> or ask Alpaca's support, and give them the order's id below.
    : Order = Buy 5 AAPL at $184.50 or better
    · Type = Limit $184.50 · day
    · Decided = <t:1795204800:f>
    -- Alpaca order 00000000-0000-0000-0000-0000000000a1 · updates by itself for a quarter of an hour
    (Cancel order | grey | cancel)
    (Details | grey | details)
    (Check again | grey | check)
    (Message me when it is known | grey | tell_me)
    [blue] PAPER · swing
    # Stuck at Alpaca
    Alpaca has the order and has not managed to replace it: **until that is through, the old one may still fill**. That normally takes moments; something is wrong at Alpaca. **Do not send it again.** Paddock keeps looking. If it lasts, see <https://status.alpaca.markets> or ask Alpaca's support, and give them the order's id below.
    : Order = Buy 5 AAPL at $184.50 or better
    · Type = Limit $184.50 · day
    · Decided = <t:1795204800:f>
    -- Alpaca order 00000000-0000-0000-0000-0000000000a1 · updates by itself for a quarter of an hour
    (Cancel order | grey | cancel)
    (Details | grey | details)
    (Check again | grey | check)
    (Message me when it is known | grey | tell_me)
    ");
}

#[test]
fn the_end_of_the_book_is_told_with_its_hash() {
    let told = notice::notice(&Tidings::BookEnd { seq: 12, hash: "ab".repeat(32) }).transcript();
    insta::assert_snapshot!(told, @r#"
    [grey] -
    # Your audit log today
    It has 12 entries and ends with `abababababababababababababababababababababababababababababababab`. Keep this message: should anybody write your log anew, a later copy of it will not have this hash at entry 12.
    -- /settings notices:off stops such messages
    "#);
}
