//! Calls something in every library that the system must provide, each bound as the program binds it.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    ffmpeg_next::init()?;
    let version = ffmpeg_next::codec::version();
    println!("libavcodec {}.{}", version >> 16, version >> 8 & 0xff);
    window_and_sound()
}

#[cfg(target_os = "linux")]
fn window_and_sound() -> Result<(), Box<dyn std::error::Error>> {
    let cards = alsa::card::Iter::new().count();
    println!("ALSA, {cards} sound cards");
    x11_dl::xlib::Xlib::open()?;
    x11_dl::xlib_xcb::Xlib_xcb::open()?;
    x11_dl::xcursor::Xcursor::open()?;
    x11_dl::xinput2::XInput2::open()?;
    println!("X11, its cursors and its input");
    xkbcommon_dl::xkbcommon_option().ok_or("libxkbcommon cannot be opened")?;
    xkbcommon_dl::x11::xkbcommon_x11_option().ok_or("libxkbcommon-x11 cannot be opened")?;
    println!("xkbcommon");
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn window_and_sound() -> Result<(), Box<dyn std::error::Error>> {
    Ok(())
}
