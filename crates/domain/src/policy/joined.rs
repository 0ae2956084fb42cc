//! One order in place of two that are in each other's way.

use crate::order::{BrokerOrder, Class, Exit, Order, Pricing, Side, Size, StopLoss, TimeInForce};
use crate::symbol::AssetKind;
use rust_decimal::Decimal;

/// What `wanted`, which was refused, and `open`, which is in its way, make together, when they make one order: the two exits of a
/// position, or an entry and its exit. Of whole shares and of one size only, so that nothing of either is lost.
///
/// `held` is the position. An exit that waits for an entry would not guard what is held already, so then there is none.
pub fn joined(wanted: &Order, open: &BrokerOrder, held: Decimal) -> Option<Order> {
    let Size::Shares(qty) = wanted.size else { return None };
    let plain = wanted.class == Class::Simple
        && wanted.replaces.is_none()
        && wanted.symbol.kind() == AssetKind::Equity
        && matches!(open.class.as_str(), "" | "simple")
        && !(wanted.extended_hours || open.extended_hours);
    let same = open.symbol.is_same_asset(&wanted.symbol) && open.qty == Some(qty.get()) && open.filled_qty.is_zero();
    let theirs = open.pricing()?;
    if !(plain && same && qty.is_whole()) {
        return None;
    }
    let (side, pricing, class) = if open.side? == wanted.side {
        let (limit, loss) = exits(wanted.pricing, theirs).or_else(|| exits(theirs, wanted.pricing))?;
        let closes = if wanted.side == Side::Sell { held >= qty.get() } else { held <= -qty.get() };
        if !closes || !beyond(wanted.side.opposite(), limit.get(), loss.stop.get()) {
            return None;
        }
        (wanted.side, Pricing::Limit(limit), Class::Oco(loss))
    } else {
        let (side, entry) = (open.side?, theirs.limit().or(theirs.stop())?.get());
        let exit = exit(wanted.pricing)?;
        let is_on_its_side = match exit {
            Exit::TakeProfit(limit) => beyond(side, limit.get(), entry),
            Exit::StopLoss(loss) => beyond(side, entry, loss.stop.get()),
        };
        if !held.is_zero() || !is_on_its_side || matches!(theirs, Pricing::StopLimit { .. }) {
            return None;
        }
        (side, theirs, Class::Oto(exit))
    };
    let open_time = TimeInForce::from_wire(&open.time_in_force)?;
    let time_in_force = match (wanted.time_in_force, open_time) {
        (TimeInForce::Day, TimeInForce::Day) => TimeInForce::Day,
        (TimeInForce::Day | TimeInForce::Gtc, TimeInForce::Day | TimeInForce::Gtc) => TimeInForce::Gtc,
        _ => return None,
    };
    Some(Order { time_in_force, class, ..Order::plain(side, wanted.symbol.clone(), wanted.size, pricing) })
}

/// A limit and a stop.
const fn exits(one: Pricing, other: Pricing) -> Option<(crate::money::Price, StopLoss)> {
    match (one, exit(other)) {
        (Pricing::Limit(limit), Some(Exit::StopLoss(loss))) => Some((limit, loss)),
        _ => None,
    }
}

const fn exit(pricing: Pricing) -> Option<Exit> {
    Some(match pricing {
        Pricing::Limit(limit) => Exit::TakeProfit(limit),
        Pricing::Stop(stop) => Exit::StopLoss(StopLoss { stop, limit: None }),
        Pricing::StopLimit { stop, limit } => Exit::StopLoss(StopLoss { stop, limit: Some(limit) }),
        Pricing::Market | Pricing::Trail(_) => return None,
    })
}

/// Whether, for a position that was entered on that side, one price is a gain over the other.
fn beyond(entered: Side, gain: Decimal, from: Decimal) -> bool {
    match entered {
        Side::Buy => gain > from,
        Side::Sell => gain < from,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use crate::ids::{BrokerOrderId, ClientOrderId};
    use crate::money::{Price, Quantity};
    use crate::order::BrokerStatus;
    use crate::symbol::Symbol;
    use uuid::Uuid;

    fn at(dollars: i64) -> Price {
        Price::new(Decimal::from(dollars)).unwrap()
    }

    fn order(side: Side, pricing: Pricing) -> Order {
        let five = Size::Shares(Quantity::parse("5").unwrap());
        Order::plain(side, Symbol::parse("AAPL").unwrap(), five, pricing)
    }

    fn open(side: Side, pricing: Pricing) -> BrokerOrder {
        BrokerOrder {
            id: BrokerOrderId(Uuid::from_u128(1)),
            client_order_id: ClientOrderId::stored("elsewhere"),
            symbol: Symbol::parse("AAPL").unwrap(),
            side: Some(side),
            qty: Some(Decimal::from(5)),
            notional: None,
            kind: pricing.kind().into(),
            time_in_force: "gtc".into(),
            limit_price: pricing.limit(),
            stop_price: pricing.stop(),
            trail: pricing.trail(),
            class: String::new(),
            legs: Vec::new(),
            replaces: None,
            replaced_by: None,
            extended_hours: false,
            status: BrokerStatus::New,
            filled_qty: Decimal::ZERO,
            filled_avg_price: None,
            submitted_at: None,
            updated_at: None,
            ended_at: None,
        }
    }

    #[test]
    fn two_exits_become_one_order_and_so_do_an_entry_and_its_exit() {
        use Pricing::{Limit, Stop};
        use Side::{Buy, Sell};
        let cases = [
            (
                order(Sell, Stop(at(90))),
                open(Sell, Limit(at(120))),
                5,
                "v2|sell|AAPL|5 shares|limit 120|gtc|regular|class oco lose 90",
            ),
            (
                order(Sell, Limit(at(120))),
                open(Sell, Stop(at(90))),
                5,
                "v2|sell|AAPL|5 shares|limit 120|gtc|regular|class oco lose 90",
            ),
            (
                order(Buy, Stop(at(110))),
                open(Buy, Limit(at(80))),
                -5,
                "v2|buy|AAPL|5 shares|limit 80|gtc|regular|class oco lose 110",
            ),
            (
                order(Sell, Stop(at(90))),
                open(Buy, Limit(at(100))),
                0,
                "v2|buy|AAPL|5 shares|limit 100|gtc|regular|class oto lose 90",
            ),
            (
                order(Sell, Limit(at(120))),
                open(Buy, Stop(at(110))),
                0,
                "v2|buy|AAPL|5 shares|stop|gtc|regular|stop 110 class oto take 120",
            ),
        ];
        for (wanted, in_the_way, held, line) in cases {
            let joined = joined(&wanted, &in_the_way, Decimal::from(held)).unwrap();
            assert_eq!(joined.canonical(), line);
        }
    }

    #[test]
    fn what_would_lose_something_of_either_is_not_joined() {
        use Pricing::{Limit, Market, Stop};
        use Side::{Buy, Sell};
        let exits = || (order(Sell, Stop(at(90))), open(Sell, Limit(at(120))));
        let none = |wanted: &Order, open: &BrokerOrder, held: i64| joined(wanted, open, Decimal::from(held)).is_none();
        let (stop, target) = exits();
        assert!(none(&stop, &target, 0), "nothing is held that two exits could close");
        assert!(none(&stop, &BrokerOrder { qty: Some(Decimal::from(4)), ..target.clone() }, 9), "of another size");
        assert!(none(&stop, &BrokerOrder { filled_qty: Decimal::ONE, ..target.clone() }, 9), "partly done");
        assert!(none(&stop, &BrokerOrder { class: "oco".into(), ..target.clone() }, 9), "part of a group");
        assert!(none(&stop, &BrokerOrder { time_in_force: "opg".into(), ..target.clone() }, 9), "an auction's");
        assert!(none(&order(Sell, Stop(at(130))), &target, 9), "the stop lies beyond the target");
        assert!(none(&order(Sell, Market), &target, 9), "the market is no exit that waits");
        assert!(none(&stop, &open(Buy, Limit(at(100))), 5), "it would no longer guard what is held");
        assert!(none(&order(Sell, Limit(at(99))), &open(Buy, Limit(at(100))), 0), "a loss is no profit");
        assert!(none(&stop, &open(Sell, Stop(at(91))), 9), "two stops");
    }
}
