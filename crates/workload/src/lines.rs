use base::Timestamp;

/// The longest line; what is longer becomes several.
const LINE_BYTES_MAX: usize = 256 * 1024;

/// One event of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When it was written.
    pub at: Timestamp,
    /// Without the end of the line.
    pub text: String,
}

/// Cuts what comes in pieces into lines.
#[derive(Debug, Default)]
pub struct Lines {
    /// The beginning of a line whose end hasn't come.
    partial: Vec<u8>,
}

impl Lines {
    /// The lines that end in this piece, without their ends.
    pub fn take(&mut self, mut bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.partial.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end + 1..];
            lines.push(std::mem::take(&mut self.partial));
        }
        self.partial.extend_from_slice(bytes);
        if LINE_BYTES_MAX < self.partial.len() {
            lines.push(std::mem::take(&mut self.partial));
        }
        lines
    }

    /// The last line, which has no end.
    pub fn rest(&mut self) -> Option<Vec<u8>> {
        (!self.partial.is_empty()).then(|| std::mem::take(&mut self.partial))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_whatever_the_pieces() {
        let mut lines = Lines::default();
        assert_eq!(lines.take(b"one\ntw"), [b"one".to_vec()]);
        assert_eq!(lines.take(b"o\n\nthr"), [b"two".to_vec(), Vec::new()]);
        assert_eq!(lines.rest(), Some(b"thr".to_vec()));
        assert_eq!(lines.rest(), None);
    }

    #[test]
    fn a_line_without_end_becomes_several() {
        let mut lines = Lines::default();
        assert_eq!(lines.take(&vec![b'x'; LINE_BYTES_MAX + 1]).len(), 1);
        assert_eq!(lines.rest(), None);
    }
}
