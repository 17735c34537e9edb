//! How a process has ended, in the words AWS puts into `Runtime.ExitError`.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use rustix::process::Signal;

const NO_REASON: &str = "Runtime exited without providing a reason";

/// What is said of a process that has ended by itself.
pub(super) fn describe(ended: io::Result<ExitStatus>) -> String {
    let status = match ended {
        Ok(status) => status,
        Err(error) => {
            tracing::error!(%error, "failed to wait for a function's process");
            return NO_REASON.to_owned();
        }
    };
    match (status.code(), status.signal()) {
        (Some(0), _) => NO_REASON.to_owned(),
        (Some(code), _) => format!("Runtime exited with error: exit status {code}"),
        (None, Some(signal)) => format!("Runtime exited with error: signal: {}", name_of(signal)),
        (None, None) => NO_REASON.to_owned(),
    }
}

/// The name of a signal as Go, in which AWS's supervisor is written, prints it.
fn name_of(signal: i32) -> String {
    let name = match Signal::from_named_raw(signal) {
        Some(Signal::ABORT) => "aborted",
        Some(Signal::BUS) => "bus error",
        Some(Signal::FPE) => "floating point exception",
        Some(Signal::HUP) => "hangup",
        Some(Signal::ILL) => "illegal instruction",
        Some(Signal::INT) => "interrupt",
        Some(Signal::KILL) => "killed",
        Some(Signal::SEGV) => "segmentation fault",
        Some(Signal::TERM) => "terminated",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_described_as_on_aws() {
        let of = |raw| describe(Ok(ExitStatus::from_raw(raw)));
        assert_eq!(of(0), "Runtime exited without providing a reason");
        assert_eq!(of(3 << 8), "Runtime exited with error: exit status 3");
        assert_eq!(of(9), "Runtime exited with error: signal: killed");
        assert_eq!(of(11), "Runtime exited with error: signal: segmentation fault");
    }
}
