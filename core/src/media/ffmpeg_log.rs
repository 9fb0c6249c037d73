//! What FFmpeg has to say goes to this program's log, never to the user's terminal.
#![allow(unsafe_code)] // Each block says why it is sound.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};

use ffmpeg_next as ffmpeg;

use ffmpeg::ffi;

/// Bytes of a line at most; FFmpeg cuts what is longer.
const LINE: usize = 1024;

/// FFmpeg's formatter of a log line. `V` is C's `va_list`, a different type on every platform.
type Format<V> = unsafe extern "C" fn(
    *mut c_void,
    c_int,
    *const c_char,
    V,
    *mut c_char,
    c_int,
    *mut c_int,
) -> c_int;
type Listener<V> = unsafe extern "C" fn(*mut c_void, c_int, *const c_char, V);

/// The formatter's address, for the listener.
static FORMAT: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());

/// Sends FFmpeg's messages to `log`, as debugging details: what matters to a user comes as an error or a warning of this
/// program's own.
pub(super) fn to_our_log() {
    install(ffi::av_log_set_callback, ffi::av_log_format_line2);
}

fn install<V>(set: unsafe extern "C" fn(Option<Listener<V>>), format: Format<V>) {
    FORMAT.store(format as *mut (), Ordering::Release);
    // SAFETY: the listener is a function, alive as long as the program, and may be called from any thread.
    unsafe { set(Some(listen::<V>)) };
}

/// Called by FFmpeg on any of its threads, also for what its level would leave out.
unsafe extern "C" fn listen<V>(
    context: *mut c_void,
    level: c_int,
    text: *const c_char,
    arguments: V,
) {
    if level > ffi::AV_LOG_ERROR || !log::log_enabled!(log::Level::Debug) {
        return;
    }
    let format = FORMAT.load(Ordering::Acquire);
    if format.is_null() {
        return;
    }
    let mut line = [0_u8; LINE];
    let mut prefix = 1;
    // SAFETY: `FORMAT` holds the address of a `Format<V>`: `install` stored it and instantiated this function with one `V`.
    // The pointers are FFmpeg's own, or to locals of the stated size; the formatter ends the line with a zero.
    let said = unsafe {
        let format: Format<V> = std::mem::transmute::<*mut (), Format<V>>(format);
        let size = LINE as c_int;
        format(
            context,
            level,
            text,
            arguments,
            line.as_mut_ptr().cast(),
            size,
            &raw mut prefix,
        );
        CStr::from_ptr(line.as_ptr().cast())
    };
    log::debug!("FFmpeg: {}", said.to_string_lossy().trim_end());
}
