//! What was opened lately is in the File menu, wherever in the work one is: clips, and projects.

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use mettle_app::command::Command;
use mettle_app::intent::ProjectIntent;

use super::modes::Window;
use super::scripted::{clip, fill, run_until, window_keeping};

fn choose(window: &mut Window, list: &str, name: &str) {
    for button in ["File", list, name] {
        window.get_by_role_and_label(Role::Button, button).click();
        window.run_steps(4);
    }
}

#[test]
fn clips_and_projects_opened_lately_are_in_the_file_menu() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let size = egui::vec2(1280.0, 800.0);
    let first = Some(at("one.mettle"));
    let (mut window, engine) =
        window_keeping(Harness::builder(), size, &["/clips/dog.mp4"], None, first);
    fill(&mut window, &engine, &clip("/clips/dog.mp4", 1), 10);
    window.state_mut().ask(Command::CloseClip);
    run_until(&mut window, "no clip is listed", |state| {
        state.library.is_empty()
    });
    choose(&mut window, "Recent clips", "dog.mp4");
    run_until(&mut window, "the clip is listed", |state| {
        state.library.rows().len() == 1
    });

    for name in ["two.mettle", "three.mettle"] {
        window.state_mut().ask(ProjectIntent::New(at(name)));
        run_until(&mut window, "a project is begun", |state| {
            state.project.file == Some(at(name))
        });
    }
    choose(&mut window, "Recent projects", "two.mettle");
    run_until(&mut window, "the project is open again", |state| {
        state.project.file == Some(at("two.mettle"))
    });
}
