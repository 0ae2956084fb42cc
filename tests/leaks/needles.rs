//! A secret in every form in which it could hide, and the search for all of them in one pass.

use std::collections::HashMap;

/// What is searched for.
pub struct Needles {
    /// By their first eight bytes: none is shorter.
    by_head: HashMap<[u8; 8], Vec<(String, Vec<u8>)>>,
    /// Whether any begins with these two bytes, so that most places cost one look.
    may_begin: Vec<bool>,
    pub count: usize,
}

/// The names of the forms.
pub const FORMS: [&str; 9] = [
    "plain",
    "base64",
    "url-safe base64",
    "hex",
    "HEX",
    "percent-encoded",
    "decimal bytes",
    "decimal bytes, spaced",
    "reversed",
];

impl Needles {
    pub fn of(secrets: &[(&str, &str)]) -> Self {
        let mut needles = Self { by_head: HashMap::new(), may_begin: vec![false; 1 << 16], count: 0 };
        for (name, secret) in secrets {
            assert!(secret.len() >= 12, "{name} is long enough to be searched for in every form");
            for (form, text) in forms(secret.as_bytes()) {
                let bytes = text.into_bytes();
                let head: [u8; 8] = bytes[..8].try_into().unwrap();
                needles.may_begin[usize::from(bytes[0]) << 8 | usize::from(bytes[1])] = true;
                needles.by_head.entry(head).or_default().push((format!("{name}, {form}"), bytes));
                needles.count += 1;
            }
        }
        needles
    }

    /// Which of them are there.
    pub fn found_in(&self, hay: &[u8]) -> Vec<&str> {
        let mut found = Vec::new();
        for at in 0..hay.len().saturating_sub(7) {
            if !self.may_begin[usize::from(hay[at]) << 8 | usize::from(hay[at + 1])] {
                continue;
            }
            let head: [u8; 8] = hay[at..at + 8].try_into().unwrap();
            let here = self.by_head.get(&head).into_iter().flatten();
            found.extend(here.filter(|(_, bytes)| hay[at..].starts_with(bytes)).map(|(name, _)| name.as_str()));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn forms(secret: &[u8]) -> Vec<(&'static str, String)> {
    let each = |form: fn(&u8) -> String, between: &str| secret.iter().map(form).collect::<Vec<_>>().join(between);
    let mut forms = vec![
        (FORMS[0], String::from_utf8(secret.to_vec()).unwrap()),
        (FORMS[3], each(|b| format!("{b:02x}"), "")),
        (FORMS[4], each(|b| format!("{b:02X}"), "")),
        (FORMS[5], each(|b| format!("%{b:02X}"), "")),
        (FORMS[6], each(u8::to_string, ",")),
        (FORMS[7], each(u8::to_string, ", ")),
        (FORMS[8], String::from_utf8(secret.iter().rev().copied().collect()).unwrap()),
    ];
    // As it stands inside of a longer text, in each of the three places relative to base64's groups of three bytes. The first and
    // the last characters depend on the neighbours and are left out.
    for skip in 0..3 {
        let whole = &secret[skip..secret.len() - (secret.len() - skip) % 3];
        forms.push((FORMS[1], base64(whole, b'+', b'/')));
        forms.push((FORMS[2], base64(whole, b'-', b'_')));
    }
    forms
}

fn base64(bytes: &[u8], plus: u8, slash: u8) -> String {
    let sextet = |bits: u32, at: u32| match u8::try_from(bits >> at & 63).unwrap() {
        n @ 0..=25 => char::from(b'A' + n),
        n @ 26..=51 => char::from(b'a' + n - 26),
        n @ 52..=61 => char::from(b'0' + n - 52),
        62 => char::from(plus),
        _ => char::from(slash),
    };
    bytes
        .chunks_exact(3)
        .flat_map(|chunk| {
            let bits = u32::from(chunk[0]) << 16 | u32::from(chunk[1]) << 8 | u32::from(chunk[2]);
            [18, 12, 6, 0].map(|at| sextet(bits, at))
        })
        .collect()
}

#[test]
fn every_form_of_a_secret_is_found_wherever_it_stands() {
    let secret = "made-up-canary/not-a-secret+0123456789";
    let needles = Needles::of(&[("canary", secret)]);
    assert!(needles.count > FORMS.len());
    for lead in 0..7 {
        for (form, text) in forms(secret.as_bytes()) {
            let hay = [vec![b'x'; lead], text.into_bytes(), b"tail".to_vec()].concat();
            assert!(needles.found_in(&hay).iter().any(|name| name.ends_with(form)), "{form} after {lead} bytes");
        }
        // Inside of a longer text that was encoded as a whole.
        let longer = format!("{}{secret}{}", "a".repeat(lead), "b".repeat(9));
        assert!(needles.found_in(base64(longer.as_bytes(), b'+', b'/').as_bytes()).len() > 1, "{lead}");
    }
    assert!(needles.found_in(b"nothing of the kind, and quite long enough to be searched").is_empty());
}
