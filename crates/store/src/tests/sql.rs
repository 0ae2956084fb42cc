use crate::queries::ALL;
use crate::testing::TestDb;
use sqlx::{Connection, Executor, PgConnection, SqlStr};
use std::fs;
use std::path::Path;

#[tokio::test]
async fn every_query_is_one_that_the_app_role_can_prepare_on_the_migrated_schema() {
    let db = TestDb::new().await;
    let mut app = PgConnection::connect(&db.app_url()).await.unwrap();
    for (name, text) in ALL {
        app.prepare(SqlStr::from_static(text)).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    assert!(ALL.len() > 40, "the list of queries is complete: {}", ALL.len());
}

/// Every source file of the store, but not of its tests.
pub(super) fn sources() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ext| ext == "rs") {
            sources
                .push((path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(sources.len() > 15);
    sources
}

#[test]
fn every_query_text_is_in_the_list_that_is_prepared() {
    let mut missing = Vec::new();
    for (file, text) in sources() {
        for line in text.lines().filter_map(|line| line.strip_prefix("pub(crate) const ")) {
            let Some((name, _)) = line.split_once(": &str") else { continue };
            let name = format!("{file}::{name}");
            if !ALL.iter().any(|(known, _)| *known == name) {
                missing.push(name);
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn sql_is_put_together_in_one_place_only_and_no_session_setting_is_ever_made() {
    for (file, text) in sources() {
        let dynamic = text.matches("AssertSqlSafe(").count();
        let allowed = match file.as_str() {
            "tx" | "testing" => 1,
            _ => 0,
        };
        assert_eq!(dynamic, allowed, "{file}.rs puts SQL together");
        assert!(!text.contains("set_config("), "{file}.rs makes a setting that could outlive its transaction");
    }
}
