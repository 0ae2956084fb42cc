//! Numbers as they are stored: looked at once more when they are read.

use super::{NumberRefusal, Percent, Price, Quantity};
use rust_decimal::Decimal;

macro_rules! stored {
    ($($number:ty),+) => {$(
        impl TryFrom<Decimal> for $number {
            type Error = NumberRefusal;

            fn try_from(number: Decimal) -> Result<Self, NumberRefusal> {
                Self::new(number).ok_or(NumberRefusal::NotPlain)
            }
        }

        impl From<$number> for Decimal {
            fn from(number: $number) -> Self {
                number.get()
            }
        }
    )+};
}

stored!(Quantity, Price, Percent);
