//! Where the buttons under a page lead.

use crate::book::{BookPage, Search};
use crate::export::Form;
use crate::holdings::POSITIONS_PAGE;
use crate::past::TRAIL;
use crate::view::{Page, View, Whose};
use domain::market::Span;
use domain::records::Chapter;

/// The page before this one: its trail is shorter by one.
fn back<T: Clone>(trail: &[T]) -> Option<Vec<T>> {
    trail.split_last().map(|(_, before)| before.to_vec())
}

/// The page after this one. A trail of more than fifty pages forgets where it began.
fn onward<T: Clone>(trail: &[T], next: Option<&T>) -> Option<Vec<T>> {
    let next = next?.clone();
    let kept = trail.len().saturating_sub(TRAIL - 1);
    Some(trail[kept..].iter().cloned().chain([next]).collect())
}

/// The pages beside this one, and a copy in either form.
fn of_book(page: &BookPage, search: &Search, trail: &[i64]) -> Vec<View> {
    let at = |trail| View::Book { search: search.clone(), trail };
    let mut leads: Vec<View> = [back(trail), onward(trail, page.next.as_ref())].into_iter().flatten().map(at).collect();
    if page.subject.is_some() {
        let file = |form| View::BookFile { search: search.clone(), form };
        leads.extend([file(Form::JsonLines), file(Form::Csv)]);
    }
    leads
}

impl Page {
    /// Every view that a button of this page leads to. A page with amounts leads to itself, for whoever has them masked.
    pub fn leads(&self, view: &View) -> Vec<View> {
        let mut leads = self.onward(view);
        let is_own = matches!(
            self,
            Self::Balance(_)
                | Self::Positions(_)
                | Self::Position(_)
                | Self::Orders(_)
                | Self::History(_)
                | Self::Portfolio(_)
                | Self::Allocation(_)
                | Self::Chart(_)
        );
        if is_own && !matches!(view, View::File { .. }) {
            leads.push(view.clone());
        }
        leads
    }

    fn onward(&self, view: &View) -> Vec<View> {
        match (self, view) {
            (Self::Positions(page), View::Positions { whose, from }) => {
                let at = |from| View::Positions { whose: *whose, from };
                let mut leads = Vec::new();
                leads.extend((*from > 0).then(|| at(from.saturating_sub(POSITIONS_PAGE))));
                leads.extend((from + POSITIONS_PAGE < page.list.len()).then(|| at(from + POSITIONS_PAGE)));
                let shown = page.list.iter().skip(*from).take(POSITIONS_PAGE);
                leads.extend(shown.map(|holding| View::Position {
                    account: holding.account.id,
                    symbol: holding.position.symbol.clone(),
                }));
                if !page.list.is_empty() {
                    leads.push(View::File { of: Box::new(view.clone()) });
                }
                leads
            }
            (Self::Position(holding), View::Position { account, symbol }) => vec![
                View::Chart { symbol: holding.chart_symbol(), span: Span::Month, account: Some(*account) },
                View::Orders {
                    account: *account,
                    which: domain::brokerage::Which::All,
                    symbol: Some(symbol.clone()),
                    trail: Vec::new(),
                },
                View::Positions { whose: Whose::One(*account), from: 0 },
            ],
            (Self::Orders(page), View::Orders { account, which, symbol, trail }) => {
                let at = |trail| View::Orders { account: *account, which: *which, symbol: symbol.clone(), trail };
                let mut leads: Vec<View> =
                    [back(trail), onward(trail, page.next.as_ref())].into_iter().flatten().map(at).collect();
                if !page.list.is_empty() {
                    leads.push(View::File { of: Box::new(at(Vec::new())) });
                }
                leads
            }
            (Self::History(page), View::History { account, chapter, order, since, trail }) => {
                let at = |chapter: Chapter, trail| View::History {
                    account: *account,
                    chapter,
                    order: *order,
                    since: *since,
                    trail,
                };
                let mut leads: Vec<View> = [back(trail), onward(trail, page.next.as_ref())]
                    .into_iter()
                    .flatten()
                    .map(|trail| at(*chapter, trail))
                    .collect();
                if !page.list.is_empty() {
                    leads.push(View::File { of: Box::new(at(*chapter, Vec::new())) });
                }
                leads
            }
            (Self::Portfolio(page), View::Portfolio { whose, span }) => {
                let spans = [Span::Day, Span::Week, Span::Month, Span::Quarter, Span::Year].into_iter();
                let mut leads: Vec<View> =
                    spans.filter(|other| other != span).map(|span| View::Portfolio { whose: *whose, span }).collect();
                if !page.curve.points.is_empty() {
                    leads.push(View::File { of: Box::new(view.clone()) });
                }
                leads
            }
            (Self::Allocation(_), View::Allocation { whose }) => vec![View::Positions { whose: *whose, from: 0 }],
            (Self::Quote(_), View::Quote { symbol }) => vec![
                view.clone(),
                View::Chart { symbol: symbol.clone(), span: Span::Day, account: None },
                View::News { symbol: Some(symbol.clone()) },
            ],
            (Self::Chart(_), View::Chart { symbol, span, account }) => {
                let spans = [Span::Day, Span::Week, Span::Month, Span::Quarter, Span::Year, Span::FiveYears];
                let other = spans.into_iter().filter(|other| other != span);
                other.map(|span| View::Chart { symbol: symbol.clone(), span, account: *account }).collect()
            }
            (Self::Asset(_), View::Asset { symbol }) => vec![
                View::Quote { symbol: symbol.clone() },
                View::Chart { symbol: symbol.clone(), span: Span::Month, account: None },
            ],
            (Self::Calendar(page), View::Calendar { .. }) => {
                let turn = [page.earlier, page.later];
                turn.into_iter().flatten().map(|from| View::Calendar { from: Some(from) }).collect()
            }
            (Self::Chain(page), View::Chain { underlying, .. }) => {
                let at = |expires, from| View::Chain { underlying: underlying.clone(), expires: Some(expires), from };
                let strikes = [page.lower(), page.higher()].into_iter().flatten();
                let mut leads: Vec<View> = strikes.map(|from| at(page.expires, Some(from))).collect();
                leads.extend([page.sooner(), page.later()].into_iter().flatten().map(|expires| at(expires, None)));
                leads
            }
            (Self::Option(page), View::Option(_)) => page.leads(),
            (Self::Ticket(page), View::Ticket(_)) => page.slip.leads(),
            (Self::Book(page), View::Book { search, trail }) => of_book(page, search, trail),
            (Self::Watchlists(page), View::Watchlists { account }) => {
                let lists = page.list.iter().take(crate::watchlists::MOST);
                lists.map(|list| View::Watchlist { account: *account, list: list.id }).collect()
            }
            (Self::Watchlist(_), View::Watchlist { account, .. }) => {
                vec![view.clone(), View::Watchlists { account: *account }]
            }
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_turned_forth_and_back_again() {
        let first: Vec<u8> = Vec::new();
        assert_eq!(back(&first), None);
        let second = onward(&first, Some(&1));
        assert_eq!(second, Some(vec![1]));
        assert_eq!(onward(&[1], Some(&2)), Some(vec![1, 2]));
        assert_eq!(back(&[1, 2]), Some(vec![1]));
        assert_eq!(onward(&[1], None), None);
    }

    #[test]
    fn a_trail_never_outgrows_its_row() {
        let mut trail = Vec::new();
        for page in 0..1_000 {
            trail = onward(&trail, Some(&page)).unwrap_or_default();
            assert!(trail.len() <= TRAIL && trail.last() == Some(&page));
        }
    }
}
