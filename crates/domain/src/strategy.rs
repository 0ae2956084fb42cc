//! What option traders call their positions, and what each is made of: contracts of one underlying and one day, and for one of
//! them shares that are held already.

use crate::order::Side;
use crate::symbol::Right;
use serde::{Deserialize, Serialize};

/// A position in options that opens with one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// A call is bought.
    LongCall,
    /// A put is bought.
    LongPut,
    /// A call is sold against shares that are held.
    CoveredCall,
    /// A put is sold, with the money for the shares set aside.
    CashSecuredPut,
    /// A call is bought, one of a higher strike sold: a debit that gains when the price rises.
    BullCall,
    /// A put is bought, one of a lower strike sold: a debit that gains when the price falls.
    BearPut,
    /// A put is sold, one of a lower strike bought: a credit that is kept when the price rises.
    BullPut,
    /// A call is sold, one of a higher strike bought: a credit that is kept when the price falls.
    BearCall,
    /// A put and a call are sold, one further out of each bought: a credit that is kept when the price stays between.
    IronCondor,
}

impl Strategy {
    /// All of them, single contracts first.
    pub const ALL: [Self; 9] = [
        Self::LongCall,
        Self::LongPut,
        Self::CoveredCall,
        Self::CashSecuredPut,
        Self::BullCall,
        Self::BearPut,
        Self::BullPut,
        Self::BearCall,
        Self::IronCondor,
    ];

    /// Its contracts, in the order of their strikes, the lowest first. No two have the same strike.
    pub const fn legs(self) -> &'static [(Side, Right)] {
        use Right::{Call, Put};
        use Side::{Buy, Sell};
        match self {
            Self::LongCall => &[(Buy, Call)],
            Self::LongPut => &[(Buy, Put)],
            Self::CoveredCall => &[(Sell, Call)],
            Self::CashSecuredPut => &[(Sell, Put)],
            Self::BullCall => &[(Buy, Call), (Sell, Call)],
            Self::BearPut => &[(Sell, Put), (Buy, Put)],
            Self::BullPut => &[(Buy, Put), (Sell, Put)],
            Self::BearCall => &[(Sell, Call), (Buy, Call)],
            Self::IronCondor => &[(Buy, Put), (Sell, Put), (Sell, Call), (Buy, Call)],
        }
    }

    /// Strikes that have to be picked.
    pub const fn strikes(self) -> usize {
        self.legs().len()
    }

    /// Bought for a debit, or sold for a credit.
    pub const fn side(self) -> Side {
        match self {
            Self::LongCall | Self::LongPut | Self::BullCall | Self::BearPut => Side::Buy,
            Self::CoveredCall | Self::CashSecuredPut | Self::BullPut | Self::BearCall | Self::IronCondor => Side::Sell,
        }
    }

    /// Whether it takes a hundred shares a contract that are held already.
    pub const fn is_covered(self) -> bool {
        matches!(self, Self::CoveredCall)
    }
}
