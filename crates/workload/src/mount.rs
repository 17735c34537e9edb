//! A folder that one program sees at another place than everybody else.

use std::io;
use std::path::Path;
use std::process::Command;

/// Has a program, and all that it starts, see `folder` at the place `at`, which has to exist.
///
/// It is done in a mount namespace of the program's own; where the house isn't root, in a user namespace too, in which the
/// program is who it was. Systems may forbid either: see [`can_show`].
#[cfg(target_os = "linux")]
#[expect(
    unsafe_code,
    reason = "between fork and exec only system calls are made, none of which allocates"
)]
pub fn show(command: &mut Command, folder: &Path, at: &Path) -> io::Result<()> {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::process::CommandExt as _;

    use rustix::mount::{MountPropagationFlags, mount_bind, mount_change};
    use rustix::process::{getgid, getuid};
    use rustix::thread::{UnshareFlags, unshare_unsafe};

    let path = |path: &Path| CString::new(path.as_os_str().as_bytes());
    let (folder, at) = (path(folder)?, path(at)?);
    let same = |id: u32| format!("{id} {id} 1");
    // A group can be mapped only by who has given up to change groups.
    let maps = [
        ("/proc/self/setgroups", "deny".to_owned()),
        ("/proc/self/uid_map", same(getuid().as_raw())),
        ("/proc/self/gid_map", same(getgid().as_raw())),
    ];
    let enter = move || {
        // SAFETY: file descriptors stay shared, and this process has one thread.
        let unshare = |flags| unsafe { unshare_unsafe(flags) };
        if unshare(UnshareFlags::NEWNS).is_err() {
            unshare(UnshareFlags::NEWUSER | UnshareFlags::NEWNS)?;
            for (file, text) in &maps {
                std::fs::write(file, text)?;
            }
        }
        let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
        mount_change(c"/", private)?;
        mount_bind(folder.as_c_str(), at.as_c_str())?;
        Ok(())
    };
    // SAFETY: the closure makes system calls on what was allocated before, without locking or touching shared state.
    unsafe { command.pre_exec(enter) };
    Ok(())
}

/// Elsewhere than on Linux there are no mount namespaces.
#[cfg(not(target_os = "linux"))]
pub fn show(_command: &mut Command, _folder: &Path, _at: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether this system lets a program see a folder at that place. Blocks: it is tried.
pub fn can_show(at: &Path) -> bool {
    let mut command = Command::new("true");
    let tried = show(&mut command, Path::new("/"), at).and_then(|()| command.status());
    match tried {
        Ok(status) => status.success(),
        Err(error) => {
            tracing::info!(at = %at.display(), %error, "folders can't be shown at that place");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_sees_a_folder_where_it_is_shown_and_nobody_else_does() {
        let at = Path::new("/mnt");
        if !can_show(at) {
            eprintln!("skipped: this system has no mount namespaces for the house");
            return;
        }
        let folder = std::env::temp_dir().join(format!("shown-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("file"), "seen").unwrap();
        let mut command = Command::new("cat");
        command.arg("/mnt/file");
        show(&mut command, &folder, at).unwrap();
        assert_eq!(command.output().unwrap().stdout, b"seen");
        assert!(!at.join("file").exists());
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_is_not_there_cannot_be_shown() {
        assert!(!can_show(Path::new("/nonexistent")));
    }
}
