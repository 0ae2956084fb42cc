//! What `docs/order-rules.md` promises: each rule has tests, and they exist.

use std::collections::{BTreeMap, BTreeSet};

/// The page's two tables.
pub struct OrderRules {
    /// By letter: the names of tests, and the file that they stand in.
    pub tests: BTreeMap<String, (Vec<String>, String)>,
    /// Each rule, and the letters of its tests.
    pub rules: Vec<(String, BTreeSet<String>)>,
}

/// What cannot be written down needs no test.
const BY_TYPE: &str = "Y";

impl OrderRules {
    pub fn parse(page: &str) -> Self {
        let (mut tests, mut rules) = (BTreeMap::new(), Vec::new());
        for line in page.lines().filter(|line| line.starts_with("| ")) {
            let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            match *cells.as_slice() {
                ["letter" | "rule", ..] => {}
                [letter, names, file] if letter.len() == 1 => {
                    let file = quoted(file).pop().unwrap_or_default();
                    tests.insert(letter.to_owned(), (quoted(names), file));
                }
                [rule, _, letters] => {
                    rules.push((rule.to_owned(), letters.split(", ").map(str::to_owned).collect()));
                }
                _ => rules.push((line.to_owned(), BTreeSet::new())),
            }
        }
        Self { tests, rules }
    }

    /// Everything that the page says and that is not so. `read` gives a file of the repository.
    pub fn broken(&self, read: impl Fn(&str) -> Option<String>) -> Vec<String> {
        let mut broken = Vec::new();
        for (letter, (names, file)) in &self.tests {
            let text = read(file);
            for name in names {
                let stands = text.as_ref().is_some_and(|text| text.contains(&format!("fn {name}(")));
                if !stands {
                    broken.push(format!("{letter}: there is no test {name} in {file:?}"));
                }
            }
            if names.is_empty() || !self.rules.iter().any(|(_, letters)| letters.contains(letter)) {
                broken.push(format!("{letter} names no test, or no rule has it"));
            }
        }
        for (rule, letters) in &self.rules {
            if letters.is_empty() {
                broken.push(format!("{rule}: no test"));
            }
            let unknown = letters.iter().filter(|letter| *letter != BY_TYPE && !self.tests.contains_key(*letter));
            broken.extend(unknown.map(|letter| format!("{rule}: {letter:?} stands for nothing")));
        }
        broken
    }
}

fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

mod planted {
    use super::OrderRules;

    #[test]
    fn a_rule_without_a_test_and_a_test_that_is_gone_are_found() {
        let page = "| K | `is_there` `is_gone` | `a.rs` |\n| Q | `idle` | `b.rs` |\n| first | here | K, V |\n";
        let broken = OrderRules::parse(page).broken(|file| (file == "a.rs").then(|| "fn is_there() {}".to_owned()));
        assert_eq!(
            broken,
            [
                "K: there is no test is_gone in \"a.rs\"",
                "Q: there is no test idle in \"b.rs\"",
                "Q names no test, or no rule has it",
                "first: \"V\" stands for nothing",
            ]
        );
        assert_eq!(OrderRules::parse("| a rule | of two cells |").broken(|_| None).len(), 1);
    }
}
