//! Pictures of a program stream, counted in the order they are decoded.
//!
//! There only the first picture of a block of bytes has a stamp. FFmpeg gives it to the picture before where the block's border
//! cuts that one's first bytes in two, and dates the pictures up to the next stamp from there. What is counted is right: a
//! stamp that differs from the count by no more than a picture is on the wrong one, any other says that some are missing.

use ffmpeg_next as ffmpeg;

/// Where a stream of pictures is, in its ticks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PictureCount {
    next: Option<i64>,
    /// The next picture is known to be where it is counted.
    sure: bool,
}

impl PictureCount {
    /// Before a picture that is decoded at this time.
    pub fn at(ticks: i64) -> Self {
        Self {
            next: Some(ticks),
            sure: true,
        }
    }

    /// Gives a packet the time at which it is decoded, from which its decoder knows when it is shown.
    pub fn stamp(&mut self, packet: &mut ffmpeg::Packet) {
        let length = packet.duration();
        // Of a packet that does not begin a block, FFmpeg's stamp is reckoned from the block's.
        let own = packet.dts().filter(|_| packet.position() >= 0);
        let counted = self
            .next
            .filter(|next| self.sure || own.is_none_or(|own| (own - next).abs() <= length));
        let decoded = counted.or(packet.dts());
        self.next = decoded.map(|ticks| ticks + length);
        self.sure = false;
        packet.set_dts(decoded);
        packet.set_pts(None);
    }
}
