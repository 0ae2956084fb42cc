//! The demo's page in a real browser: the whole tour, on a desk and on a phone, light and dark, by keyboard, and with
//! faults. The screenshots stay in `target/browser`, to be looked at.

#[expect(dead_code, reason = "the browser needs no Python and ends by itself")]
#[path = "../crates/sim/tests/foreign/tools.rs"]
mod tools;

use crate::demo::Demo;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const LOCKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/sim/tests/foreign");
const BROWSERS: [&str; 4] =
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"];

#[tokio::test(flavor = "multi_thread")]
async fn a_person_can_take_the_tour_in_a_real_browser() {
    let Some(mut drive) = tools::node(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/drive.cjs")) else {
        return;
    };
    let Some(browser) = BROWSERS.into_iter().find(|path| Path::new(path).exists()) else {
        println!("SKIPPED: no Chromium here; ./run ci-deps installs it as root");
        return;
    };
    let data = tempfile::tempdir().unwrap();
    std::fs::set_permissions(data.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    let shots = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("browser");
    let _ = std::fs::remove_dir_all(&shots);
    std::fs::create_dir_all(&shots).unwrap();
    let (demo, told) = Demo::start(data.path()).await;
    let drive = drive.arg(told["page"].as_str().unwrap()).arg(&shots).arg(browser);
    let ended = tokio::task::block_in_place(|| drive.output().unwrap());
    let (said, why) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "screenshots in {}\n{said}{why}", shots.display());
    println!("{said}screenshots in {}", shots.display());
    assert_eq!(demo.stop(), Some(0));
}
