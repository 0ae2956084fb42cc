//! What the letters in trades and quotes mean.

use super::super::errors::{Refusal, bad_request};
use super::super::routes::{Call, Reply};
use super::check_names;
use serde_json::json;

pub(super) fn stocks(call: &Call<'_>) -> Result<Reply, Refusal> {
    if call.subject == "exchanges" {
        check_names(call, &[])?;
        return Ok(Reply::Json(json!({
            "A": "NYSE American (AMEX)", "B": "NASDAQ OMX BX", "C": "National Stock Exchange", "D": "FINRA ADF",
            "E": "Market Independent", "H": "MIAX", "I": "International Securities Exchange", "J": "Cboe EDGA",
            "K": "Cboe EDGX", "L": "Long Term Stock Exchange", "M": "Chicago Stock Exchange",
            "N": "New York Stock Exchange", "P": "NYSE Arca", "Q": "NASDAQ OMX", "S": "NASDAQ Small Cap",
            "T": "NASDAQ Int", "U": "Members Exchange", "V": "IEX", "W": "CBOE", "X": "NASDAQ OMX PSX", "Y": "Cboe BYX",
            "Z": "Cboe BZX",
        })));
    }
    check_names(call, &[&["tape"]])?;
    match call.params.get("tape") {
        Some("A" | "B" | "C" | "O") => {}
        None => return Err(bad_request("tape is required")),
        Some(tape) => return Err(bad_request(format!("invalid tape: {tape}"))),
    }
    match call.subject.as_str() {
        "trade" => Ok(Reply::Json(json!({
            "@": "Regular Sale", "F": "Intermarket Sweep", "I": "Odd Lot Trade", "M": "Market Center Close Price",
            "O": "Opening Prints", "Q": "Market Center Open Price", "T": "Form T", "X": "Cross Trade",
        }))),
        "quote" => Ok(Reply::Json(json!({
            "A": "Slow Quote Offer Side", "B": "Slow Quote Bid Side", "O": "Opening Quote", "R": "Regular Two Sided Open",
            "W": "Slow Quote Due To Set Slow List",
        }))),
        kind => Err(bad_request(format!("invalid ticktype: {kind}"))),
    }
}

pub(super) fn options(call: &Call<'_>) -> Result<Reply, Refusal> {
    check_names(call, &[])?;
    match call.subject.as_str() {
        "exchanges" => Ok(Reply::Json(json!({
            "A": "AMEX - NYSE American", "B": "BOX - Boston Options Exchange", "C": "CBOE", "I": "ISE", "M": "MIAX",
            "N": "NYSE Arca", "Q": "NASDAQ", "W": "Cboe C2", "X": "NASDAQ PHLX", "Z": "Cboe BZX",
        }))),
        "trade" => Ok(Reply::Json(json!({"I": "Auto-executed", "S": "Intermarket Sweep", "a": "Single Leg Auction"}))),
        "quote" => Ok(Reply::Json(json!({"A": "Eligible for auto-execution", "R": "Rotation"}))),
        kind => Err(bad_request(format!("invalid ticktype: {kind}"))),
    }
}
