//! Lists that may be longer than a message: as many rows as fit, and an honest count of the rest.

use super::escape::cut;

/// Characters that rows may take; the rest of the 4,096 is for headings and totals.
const ROOM: usize = 3_400;

/// Rows as paragraphs, with "and N more" when they do not fit.
pub(crate) fn paragraphs(rows: &[String], rest: &str) -> String {
    let mut out = String::new();
    for (at, row) in rows.iter().enumerate() {
        let row = cut(row, ROOM / 4);
        if out.chars().count() + row.chars().count() + 1 > ROOM {
            out.push_str(&more(rows.len() - at, rest));
            return out;
        }
        out.push_str(&row);
        out.push('\n');
    }
    out.trim_end().to_owned()
}

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Rows as a table of fixed width. Cells are free of backticks and line breaks: see `escape::code`.
pub(crate) fn table<const N: usize>(heads: [(&str, Align); N], rows: &[[String; N]], rest: &str) -> String {
    let mut widths = heads.map(|(head, _)| head.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::from("```\n");
    out.push_str(&line(heads.map(|(head, _)| head.to_owned()).as_slice(), &widths, &heads.map(|(_, align)| align)));
    for (at, row) in rows.iter().enumerate() {
        let next = line(row, &widths, &heads.map(|(_, align)| align));
        if out.chars().count() + next.chars().count() > ROOM {
            return format!("{out}```\n{}", more(rows.len() - at, rest));
        }
        out.push_str(&next);
    }
    out.push_str("```");
    out
}

fn line(cells: &[String], widths: &[usize], aligns: &[Align]) -> String {
    let cells: Vec<_> = cells
        .iter()
        .zip(widths)
        .zip(aligns)
        .map(|((cell, width), align)| match align {
            Align::Left => format!("{cell:<width$}"),
            Align::Right => format!("{cell:>width$}"),
        })
        .collect();
    format!("{}\n", cells.join("  ").trim_end())
}

fn more(count: usize, rest: &str) -> String {
    format!("*… and {count} more. {rest}*")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted() {
        let rows: Vec<_> = (0..1_000).map(|n| format!("row number {n}")).collect();
        let shown = paragraphs(&rows, "Ask for fewer.");
        assert!(shown.chars().count() < 3_600);
        let lines = shown.lines().count() - 1;
        assert!(shown.ends_with(&format!("*… and {} more. Ask for fewer.*", 1_000 - lines)), "{shown}");
    }

    #[test]
    fn a_cut_table_closes_its_fence() {
        let rows: Vec<_> = (0..1_000).map(|n| [format!("SYM{n}"), "1".to_owned()]).collect();
        let shown = table([("SYMBOL", Align::Left), ("QTY", Align::Right)], &rows, "See Alpaca.");
        assert!(shown.chars().count() < 3_600);
        assert_eq!(shown.matches("```").count(), 2);
        let lines = shown.lines().count() - 4;
        assert!(shown.ends_with(&format!("and {} more. See Alpaca.*", 1_000 - lines)), "{shown}");
    }

    #[test]
    fn numbers_stand_to_the_right() {
        let rows = [["AAPL".to_owned(), "5".to_owned()], ["F".to_owned(), "1200".to_owned()]];
        insta::assert_snapshot!(table([("SYMBOL", Align::Left), ("QTY", Align::Right)], &rows, ""), @r#"
        ```
        SYMBOL   QTY
        AAPL       5
        F       1200
        ```
        "#);
    }
}
