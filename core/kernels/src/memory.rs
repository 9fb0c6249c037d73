//! Memory for results as large as many pages, and its way back.

/// Bytes of a large page where there are such.
const LARGE: usize = 2 << 20;

/// So many zeros. The system clears memory page by page when it is first written, and says so to the program each time: of large
/// pages there are five hundred times fewer.
pub(super) fn zeros<N: Copy + Default>(count: usize) -> Vec<N> {
    let zeros = vec![N::default(); count];
    #[cfg(target_os = "linux")]
    if size_of_val(&zeros[..]) >= LARGE {
        let from = zeros.as_ptr().addr().next_multiple_of(LARGE);
        let to = zeros.as_ptr_range().end.addr() / LARGE * LARGE;
        // Advice about this memory, all of which is this program's; it changes what it costs, not what is in it. Where it is not
        // taken nothing is lost.
        #[allow(unsafe_code)]
        unsafe {
            libc::madvise(
                zeros.as_ptr().with_addr(from).cast_mut().cast(),
                to.saturating_sub(from),
                libc::MADV_HUGEPAGE,
            );
        }
    }
    zeros
}

/// Gives the system back what freed numbers have left lying between others.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // It moves nothing that is in use.
    #[allow(unsafe_code)]
    unsafe {
        libc::malloc_trim(0);
    }
}
