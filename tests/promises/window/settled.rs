//! Settings are written soon after they change; the window opens no larger than its screen leaves room for.

use egui::vec2;
use mettle_app::fitting::{SMALLEST, USUAL, fitted};
use mettle_app::saving::{Due, Saving};
use mettle_app::state::Settings;

#[test]
fn a_threshold_is_written_soon_after_it_moved_and_once() {
    let mut settings = Settings::default();
    let mut saving = Saving::new(settings.clone());
    assert_eq!(saving.look(&settings, 0.0), Due::No);
    for tick in 1..=20 {
        settings.threshold = 0.5 + tick as f32 * 0.01;
        let due = saving.look(&settings, 1.0 + f64::from(tick) * 0.1);
        assert!(matches!(due, Due::In(_)), "it is still being moved");
    }
    assert!(matches!(saving.look(&settings, 3.2), Due::In(_)));
    assert_eq!(saving.look(&settings, 3.6), Due::Now);
    assert_eq!(saving.look(&settings, 3.7), Due::No);
}

#[test]
fn a_window_leaves_room_for_a_panel_and_its_title() {
    let laptop = vec2(1280.0, 800.0);
    let fits = fitted(USUAL, laptop);
    assert!(
        fits.y + 28.0 + 40.0 <= laptop.y,
        "a panel and a title: {fits:?}"
    );
    assert!(fits.x <= laptop.x);
    assert_eq!(fitted(USUAL, vec2(1920.0, 1080.0)), USUAL);
    assert_eq!(
        fitted(vec2(3000.0, 2000.0), laptop),
        fits,
        "one remembered from a larger screen"
    );
    assert_eq!(fitted(USUAL, vec2(800.0, 480.0)), SMALLEST);
}
