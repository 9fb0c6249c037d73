//! A clip of two hours of which thousands of events are said is drawn with no more than its lanes have room for.

use mettle_app::command::Command;
use mettle_app::intent::ViewIntent;
use mettle_tests::two_hours::{SECONDS, Says, open_window};

/// Each event as a box with round corners would be half a million triangles, and each lane a few orders.
#[test]
fn hours_of_events_are_few_triangles_and_few_orders_to_draw() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = open_window(folder.path(), Says::Both);
    window.app.ask(Command::AllLanes);
    for span in [SECONDS as f64, 600.0, 60.0] {
        window.app.ask(ViewIntent::Window(0.0, span));
        window.draw();
        let parts = window.draw();
        assert!(
            parts.triangles < 100_000,
            "{} triangles where {span} s are in view",
            parts.triangles
        );
        assert!(
            parts.orders < 300,
            "{} orders where {span} s are in view",
            parts.orders
        );
    }
}
