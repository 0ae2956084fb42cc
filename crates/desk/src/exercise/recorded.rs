//! What Alpaca's history says of contracts whose exercise was not answered.

use super::READ;
use crate::access::Opened;
use crate::desk::Desk;
use chrono_tz::America::New_York;
use domain::brokerage::Wish;
use domain::records::{Activity, ActivityFilter, Chapter, When};
use rust_decimal::Decimal;
use store::Exercise;

/// Events that are looked through: the newest.
const MOST: usize = 100;

impl Desk {
    /// How many of the contracts the history lists as exercised since the wish was decided; none when it could not be read, or when
    /// there is nothing to settle. The history tells the day only, and not by whose request: who exercised the same contract twice in
    /// a day sees both here.
    pub(super) async fn recorded(&self, on: &Opened, wish: &Exercise) -> Option<Decimal> {
        let decided = wish.decided_at.filter(|_| wish.wish == Wish::Exercise && !wish.is_settled())?;
        let day = decided.with_timezone(&New_York).date_naive();
        let filter =
            ActivityFilter { chapter: Chapter::Events, order: None, since: day.pred_opt(), after: None, most: MOST };
        let page = self.read(READ, self.inner().records.activities(&on.access, &filter)).await.ok()?;
        let is_it = |it: &&Activity| {
            let since = match it.at {
                When::Moment(at) => at >= decided,
                When::Day(at) => at >= day,
                When::Unknown => false,
            };
            since && it.kind == "OPEXC" && it.symbol.as_ref() == Some(&wish.contract)
        };
        page.list.iter().filter(is_it).try_fold(Decimal::ZERO, |sum, it| sum.checked_add(it.qty?.abs()))
    }
}
