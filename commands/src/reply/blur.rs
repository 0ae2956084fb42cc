//! Masks amounts of money; counts of shares and percentages stay.

/// What stands in the place of digits, always as long, so that its length tells nothing.
const MASK: &str = "$•••";

/// The text without its amounts.
pub(super) fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, amount) = rest.split_at(at);
        let digits =
            amount[1..].find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.').unwrap_or(amount.len() - 1);
        // A full stop that ends the sentence is no part of the amount.
        let digits = amount[1..=digits].trim_end_matches(['.', ',']).len();
        // The sign would tell whether it is a gain.
        out.push_str(before.strip_suffix(['+', '-', '\u{2212}']).unwrap_or(before));
        out.push_str(if digits == 0 { "$" } else { MASK });
        rest = &amount[1 + digits..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use domain::money::Usd;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    #[test]
    fn amounts_are_masked_and_the_rest_is_read_as_before() {
        let cases = [
            ("Equity $100,000.00", "Equity $•••"),
            ("-$3.00 (-1.25%)", "$••• (-1.25%)"),
            ("+$12.50, then $1.", "$•••, then $•••."),
            ("5 AAPL at $184.50 · $.", "5 AAPL at $••• · $."),
            ("none", "none"),
            ("$", "$"),
            ("€5 $7é", "€5 $•••é"),
        ];
        for (text, shown) in cases {
            assert_eq!(masked(text), shown, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_digit_of_an_amount_is_left(cents in -1_000_000_000_i64..1_000_000_000, before in "[a-z ]{0,9}", after in "[a-z ]{0,9}") {
            let amount = Usd(Decimal::new(cents, 2));
            let shown = masked(&format!("{before}{amount}{after}"));
            prop_assert!(!shown.chars().any(|c| c.is_ascii_digit()), "{}", shown);
            prop_assert_eq!(shown, format!("{before}$•••{after}"));
        }
    }
}
