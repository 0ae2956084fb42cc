//! Text that we did not write: what users type and what Alpaca says.
//!
//! Three places, three ways. Each strips what cannot be seen or turns text around, and each has a longest length.

/// For places without markdown (banner, footer, autocomplete).
pub(crate) fn plain(text: &str, most: usize) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match visible(c) {
            Some(' ') if out.is_empty() || out.ends_with(' ') => {}
            Some(c) => out.push(c),
            None => {}
        }
    }
    cut(out.trim_end(), most)
}

/// For places with markdown (title, text, values): shows exactly the characters, and links, mentions and styles nothing.
pub(crate) fn prose(text: &str, most: usize) -> String {
    let mut out = String::new();
    for (at, c) in plain(text, most).chars().enumerate() {
        let marks_up =
            matches!(c, '\\' | '*' | '_' | '~' | '`' | '|' | '<' | '>' | '[' | ']' | '(' | ')' | '#' | '@' | ':');
        let starts_list = at == 0 && matches!(c, '-' | '+');
        if marks_up || starts_list {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// For the inside of backticks, where nothing but a backtick has a meaning.
pub(crate) fn code(text: &str, most: usize) -> String {
    plain(text, most).replace('`', "'")
}

/// At most `most` characters, an ellipsis in place of what is missing.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(most.saturating_sub(1)).collect();
    if most > 0 {
        out.push('…');
    }
    out
}

/// The character as it is shown: white space as a space; nothing for what has no look of its own.
fn visible(c: char) -> Option<char> {
    if c.is_whitespace() {
        return Some(' ');
    }
    let hidden = c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}');
    // Marks that pile up over the lines around them.
    let piles = matches!(c, '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}');
    (!hidden && !piles).then_some(c)
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use proptest::prelude::*;

    /// What hostile names, symbols and broker messages look like.
    pub(crate) const HOSTILE: [&str; 14] = [
        "[Confirm here](https://evil.example/x)",
        "<https://evil.example>",
        "https://evil.example/x",
        "@everyone @here <@1234567890> <@&42> <#7>",
        "</buy:123> <t:0:R> <:x:1> <a:x:1> <id:customize>",
        "\u{202e}LIVE\u{202c} \u{2066}x\u{2069}",
        "PA\u{200b}PER\u{feff}\u{2060}\u{00ad}",
        "```\nfence\n```",
        "`code` ``x``",
        "||spoiler|| **bold** __under__ ~~gone~~ *it* _it_",
        "line\r\n# heading\n> quote\n- list\n-# small",
        "\u{0007}\u{001b}[31mred\u{0000}",
        "Z\u{0300}\u{0301}\u{0302}\u{0303}a\u{0489}lgo",
        "\\[x\\](y) \\@everyone",
    ];

    #[test]
    fn prose_shows_the_characters_and_nothing_else() {
        let shown: Vec<_> = HOSTILE.iter().map(|text| prose(text, 200)).collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        \[Confirm here\]\(https\://evil.example/x\)
        \<https\://evil.example\>
        https\://evil.example/x
        \@everyone \@here \<\@1234567890\> \<\@&42\> \<\#7\>
        \</buy\:123\> \<t\:0\:R\> \<\:x\:1\> \<a\:x\:1\> \<id\:customize\>
        LIVE x
        PAPER
        \`\`\` fence \`\`\`
        \`code\` \`\`x\`\`
        \|\|spoiler\|\| \*\*bold\*\* \_\_under\_\_ \~\~gone\~\~ \*it\* \_it\_
        line \# heading \> quote - list -\# small
        \[31mred
        Zalgo
        \\\[x\\\]\(y\) \\\@everyone
        "#);
    }

    #[test]
    fn code_cannot_be_left() {
        for text in HOSTILE {
            assert!(!code(text, 200).contains('`'));
            assert!(!code(text, 200).contains('\n'));
        }
    }

    #[test]
    fn a_cut_keeps_whole_characters_and_says_so() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß", 3), "äö…");
        assert_eq!(cut("x", 0), "");
        assert_eq!(plain(&"A".repeat(200), 10), "AAAAAAAAA…");
    }

    /// Every special character is behind a backslash of its own.
    pub(crate) fn is_tame(text: &str) -> bool {
        let mut behind_backslash = false;
        text.chars().all(|c| {
            if behind_backslash {
                behind_backslash = false;
                return true;
            }
            behind_backslash = c == '\\';
            behind_backslash || !matches!(c, '*' | '_' | '~' | '`' | '|' | '<' | '>' | '[' | ']' | '#' | '@' | '\n')
        })
    }

    proptest! {
        #[test]
        fn no_text_comes_out_wild(text in "\\PC{0,80}|[\\[\\]()<>@#`*_~|\\\\:\\n\\u{202e}a]{0,80}") {
            let shown = prose(&text, 60);
            prop_assert!(is_tame(&shown), "{}", shown);
            prop_assert!(plain(&text, 60).chars().count() <= 60);
            prop_assert!(plain(&text, 60).chars().all(|c| visible(c).is_some()));
        }
    }
}
