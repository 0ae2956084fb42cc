//! What our own sources say.

use std::path::{Path, PathBuf};

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A file, by its path in the repository, without its tests.
#[derive(Clone)]
pub struct Source {
    path: String,
    text: String,
}

impl Source {
    /// All Rust that goes into the product.
    pub fn product() -> Vec<Self> {
        let product = ["src", "commands", "crates"].iter().flat_map(|folder| Self::under(folder, "rs"));
        let product: Vec<_> = product.filter(|source| !source.is_test()).map(Self::without_tests).collect();
        assert!(product.len() > 20, "the sources were found");
        product
    }

    /// The same and the migrations.
    pub fn product_and_migrations() -> Vec<Self> {
        Self::product().into_iter().chain(Self::under("migrations", "sql")).collect()
    }

    fn under(folder: &str, ending: &str) -> Vec<Self> {
        let mut found = vec![];
        let mut folders = vec![root().join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == ending) {
                    let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                    found.push(Self { path: name, text: std::fs::read_to_string(&path).unwrap() });
                }
            }
        }
        found
    }

    fn is_test(&self) -> bool {
        Path::new(&self.path).components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs")
    }

    /// Tests inside a file stand at its end.
    fn without_tests(mut self) -> Self {
        if let Some(at) = self.text.find("\n#[cfg(test)]\nmod ") {
            self.text.truncate(at);
        }
        self
    }

    /// Lines of code that any of the words stands in, as `path:line`.
    fn lines_with(&self, hit: impl Fn(&str) -> bool) -> Vec<String> {
        let code = self.text.lines().zip(1..).filter(|(line, _)| !line.trim_start().starts_with("//"));
        code.filter(|(line, _)| hit(line)).map(|(line, at)| format!("{}:{at}: {}", self.path, line.trim())).collect()
    }

    fn is_in(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }
}

#[derive(Clone, Copy)]
pub enum Rule {
    /// At most 400 lines, but for the files named.
    Length(&'static [(&'static str, &'static str)]),
    /// Where a tenant may be made (and where its two makers are written).
    Tenant,
    /// Where SQL may be put together.
    DynamicSql,
    /// Where SQL may be written.
    Sql,
    /// A setting of the session leaks to the next user of the connection.
    SessionSetting,
}

const LINES_MOST: usize = 400;
const TENANT_MAKERS: [&str; 3] =
    ["commands/src/context.rs", "crates/store/src/system.rs", "crates/domain/src/tenant.rs"];

/// Every place that breaks a rule.
pub fn broken(sources: &[Source], rule: Rule) -> Vec<String> {
    let found = |sources: &[&Source], hit: fn(&str) -> bool| -> Vec<String> {
        sources.iter().flat_map(|source| source.lines_with(hit)).collect()
    };
    let outside = |folder: &str| sources.iter().filter(|source| !source.is_in(folder)).collect::<Vec<_>>();
    match rule {
        Rule::Length(exceptions) => too_long(sources, exceptions),
        Rule::Tenant => {
            let others: Vec<_> = sources.iter().filter(|source| !TENANT_MAKERS.contains(&&*source.path)).collect();
            found(&others, |line| line.contains("Tenant::from_"))
        }
        Rule::DynamicSql => {
            let dynamic: fn(&str) -> bool = |line| line.contains("AssertSqlSafe");
            // `testing` is compiled for tests only, and is the superuser there.
            let in_store = sources
                .iter()
                .filter(|source| source.is_in("crates/store/src/") && source.path != "crates/store/src/testing.rs");
            let files: Vec<_> = in_store.filter(|source| !source.lines_with(dynamic).is_empty()).collect();
            let second = files.iter().skip(1).map(|source| format!("{}: a second file with dynamic SQL", source.path));
            found(&outside("crates/store/src/"), dynamic).into_iter().chain(second).collect()
        }
        Rule::Sql => found(&outside("crates/store/src/"), reads_like_sql),
        Rule::SessionSetting => found(&sources.iter().collect::<Vec<_>>(), sets_the_session),
    }
}

fn too_long(sources: &[Source], exceptions: &[(&str, &str)]) -> Vec<String> {
    let long = |source: &&Source| source.text.lines().count() > LINES_MOST;
    let excepted = |source: &Source| exceptions.iter().any(|(path, _)| *path == source.path);
    let unexcused = sources.iter().filter(long).filter(|source| !excepted(source));
    let idle = exceptions.iter().filter(|(path, _)| !sources.iter().filter(long).any(|source| source.path == *path));
    unexcused
        .map(|source| format!("{}: {} lines", source.path, source.text.lines().count()))
        .chain(idle.map(|(path, _)| format!("{path}: needs no exception any more")))
        .collect()
}

/// A statement in capitals anywhere, or one that opens a string in small letters.
fn reads_like_sql(line: &str) -> bool {
    let all = |words: &[&str]| {
        let mut rest = line;
        words.iter().all(|word| {
            rest.find(word).is_some_and(|at| {
                rest = &rest[at + word.len()..];
                true
            })
        })
    };
    let statements: [&[&str]; 10] = [
        &["SELECT ", " FROM "],
        &["INSERT INTO "],
        &["UPDATE ", " SET "],
        &["DELETE FROM "],
        &["CREATE TABLE "],
        &["ALTER TABLE "],
        &["\"select ", " from "],
        &["\"insert into "],
        &["\"update ", " set "],
        &["\"delete from "],
    ];
    statements.iter().any(|statement| all(statement))
}

/// `set_config(.., false)`, or `SET app.…` without LOCAL.
fn sets_the_session(line: &str) -> bool {
    let line = line.to_lowercase();
    let code = line.split("--").next().unwrap_or_default();
    let config = code.find("set_config(").is_some_and(|at| !code[at..].contains("true)"));
    config || ["set app.", "set session app."].iter().any(|setting| code.contains(setting))
}

mod planted {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.into(), text: text.into() }.without_tests()
    }

    fn count(path: &str, text: &str, rule: Rule) -> usize {
        broken(&[source(path, text)], rule).len()
    }

    #[test]
    fn a_long_file_is_found_and_its_tests_are_not_counted() {
        let (fits, long) = ("\n".repeat(400), "\n".repeat(401));
        assert_eq!(count("src/a.rs", &fits, Rule::Length(&[])), 0);
        assert_eq!(count("src/a.rs", &format!("{fits}\n#[cfg(test)]\nmod tests {{{long}}}"), Rule::Length(&[])), 0);
        assert_eq!(count("src/a.rs", &long, Rule::Length(&[])), 1);
        assert_eq!(count("src/a.rs", &long, Rule::Length(&[("src/a.rs", "a table")])), 0);
        assert_eq!(count("src/a.rs", &fits, Rule::Length(&[("src/a.rs", "a table")])), 1, "an idle exception");
    }

    #[test]
    fn a_tenant_made_elsewhere_is_found() {
        let makes = "let tenant = Tenant::from_interaction(user);";
        assert_eq!(count("commands/src/buy.rs", makes, Rule::Tenant), 1);
        assert_eq!(count("commands/src/context.rs", makes, Rule::Tenant), 0);
        assert_eq!(count("crates/desk/src/a.rs", "Tenant::from_stored_row(user)", Rule::Tenant), 1);
    }

    #[test]
    fn dynamic_sql_outside_its_one_file_is_found() {
        let dynamic = |path: &str| source(path, "sqlx::query(AssertSqlSafe(text))");
        assert_eq!(broken(&[dynamic("crates/store/src/a.rs")], Rule::DynamicSql).len(), 0);
        assert_eq!(broken(&[dynamic("crates/desk/src/a.rs")], Rule::DynamicSql).len(), 1);
        let two = [dynamic("crates/store/src/a.rs"), dynamic("crates/store/src/b.rs")];
        assert_eq!(broken(&two, Rule::DynamicSql).len(), 1);
    }

    #[test]
    fn sql_outside_the_store_is_found() {
        for sql in [
            "\"SELECT name FROM accounts\"",
            "\"select name from accounts where user_id = $1\"",
            "  INSERT INTO accounts (name)",
            "\"update accounts set name = $1\"",
            "\"delete from accounts\"",
        ] {
            assert_eq!(count("crates/desk/src/a.rs", sql, Rule::Sql), 1, "{sql}");
            assert_eq!(count("crates/store/src/a.rs", sql, Rule::Sql), 0);
        }
        for prose in ["\"Select an account.\"", "// SELECT x FROM y", "\"update your keys\"", "fn select(from: u8)"] {
            assert_eq!(count("commands/src/a.rs", prose, Rule::Sql), 0, "{prose}");
        }
    }

    #[test]
    fn a_setting_of_the_session_is_found() {
        for leak in
            ["SELECT set_config('app.user_id', $1, false)", "SET app.user_id = '1'", "set session app.user_id = 1"]
        {
            assert_eq!(count("crates/store/src/a.rs", leak, Rule::SessionSetting), 1, "{leak}");
        }
        for kept in ["set_config('app.user_id', $1, true)", "SET LOCAL app.user_id = '1'", "-- SET app.user_id leaks"] {
            assert_eq!(count("migrations/a.sql", kept, Rule::SessionSetting), 0, "{kept}");
        }
    }
}
