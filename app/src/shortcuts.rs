//! Which keys ask for which command, and reading them from egui.

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::command::{Command, Commands};

const CTRL: Modifiers = Modifiers::COMMAND;
const SHIFT: Modifiers = Modifiers::SHIFT;
const NONE: Modifiers = Modifiers::NONE;

impl Command {
    /// The key shown beside it.
    pub fn shortcut(self) -> Option<KeyboardShortcut> {
        self.keys()
            .first()
            .map(|(modifiers, key)| KeyboardShortcut::new(*modifiers, *key))
    }

    /// All its keys, the one to show first.
    pub fn keys(self) -> &'static [(Modifiers, Key)] {
        match self {
            Self::Open => &[(CTRL, Key::O)],
            Self::OpenPath => &[(CTRL, Key::L)],
            Self::CloseClip => &[(CTRL, Key::W)],
            Self::Analyse => &[(CTRL, Key::R)],
            Self::CancelJobs => &[(CTRL, Key::Period)],
            Self::Quit => &[(CTRL, Key::Q)],
            Self::PlayPause => &[(NONE, Key::Space)],
            Self::ShuttleBack => &[(NONE, Key::J)],
            Self::Pause => &[(NONE, Key::K)],
            Self::ShuttleForward => &[(NONE, Key::L)],
            Self::StepForward => &[(NONE, Key::Period)],
            Self::StepBack => &[(NONE, Key::Comma)],
            Self::Forward1 => &[(NONE, Key::ArrowRight)],
            Self::Back1 => &[(NONE, Key::ArrowLeft)],
            Self::Forward5 => &[(SHIFT, Key::ArrowRight)],
            Self::Back5 => &[(SHIFT, Key::ArrowLeft)],
            Self::NextEdge => &[(CTRL, Key::ArrowRight)],
            Self::PreviousEdge => &[(CTRL, Key::ArrowLeft)],
            Self::ToStart => &[(NONE, Key::Home)],
            Self::ToEnd => &[(NONE, Key::End)],
            Self::GoTo => &[(NONE, Key::G)],
            Self::Mute => &[(NONE, Key::M)],
            Self::Louder => &[(SHIFT, Key::ArrowUp)],
            Self::Softer => &[(SHIFT, Key::ArrowDown)],
            Self::Loop => &[(NONE, Key::Backslash)],
            Self::ZoomIn => &[(CTRL, Key::ArrowUp)],
            Self::ZoomOut => &[(CTRL, Key::ArrowDown)],
            Self::Fit => &[(NONE, Key::Z)],
            Self::AllLanes => &[(NONE, Key::C)],
            Self::Threshold => &[(NONE, Key::T)],
            Self::PreviousClip => &[(NONE, Key::PageUp)],
            Self::NextClip => &[(NONE, Key::PageDown)],
            Self::Search => &[(CTRL, Key::F)],
            Self::ShowSecond => &[(CTRL, Key::Num1)],
            Self::ShowEvents => &[(CTRL, Key::Num2)],
            Self::Larger => &[(CTRL, Key::Plus), (CTRL, Key::Equals)],
            Self::Smaller => &[(CTRL, Key::Minus)],
            Self::UsualSize => &[(CTRL, Key::Num0)],
            Self::FullScreen => &[(NONE, Key::F11)],
            Self::FrameTimes => &[(NONE, Key::F3)],
            Self::Palette => &[(CTRL, Key::K)],
            Self::Shortcuts => &[(NONE, Key::F1), (NONE, Key::Questionmark)],
            Self::OpenSample | Self::SwitchTheme => &[],
        }
    }
}

/// Queue the commands whose keys were pressed. Plain keys belong to a text field that has the keyboard, and the keys
/// that work a button or a slider belong to the one that has the keyboard.
pub fn read(ctx: &egui::Context, dialog_open: bool, commands: &mut Commands) {
    let typing = ctx.text_edit_focused();
    let focused = ctx.memory(|memory| memory.focused().is_some());
    for &command in Command::ALL {
        for &(modifiers, key) in command.keys() {
            let plain = modifiers == NONE || modifiers == SHIFT;
            let function_key = matches!(key, Key::F1 | Key::F3 | Key::F11);
            let works_widgets = matches!(
                key,
                Key::Space | Key::ArrowLeft | Key::ArrowRight | Key::ArrowUp | Key::ArrowDown
            );
            let held_back =
                plain && !function_key && (typing || dialog_open || (focused && works_widgets));
            if !held_back && pressed(ctx, modifiers, key) {
                commands.push(command);
            }
        }
    }
}

fn pressed(ctx: &egui::Context, modifiers: Modifiers, key: Key) -> bool {
    ctx.input_mut(|input| {
        // `?` is Shift and another key on most keyboards: the character is what counts.
        let modifiers = if key == Key::Questionmark {
            Modifiers {
                shift: input.modifiers.shift,
                ..modifiers
            }
        } else {
            modifiers
        };
        let mut hit = false;
        input.events.retain(|event| {
            let is_it = matches!(event, egui::Event::Key { key: k, modifiers: m, pressed: true, .. }
                if *k == key && m.matches_exact(modifiers));
            hit |= is_it;
            !is_it
        });
        hit
    })
}
