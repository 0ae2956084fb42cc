//! No core dumps: one would hold every opened key in clear, wherever the machine puts it.

/// Switches them off for this process and its children. The limit stops files; being undumpable stops programs that the kernel pipes
/// a core to, which the limit does not hold, and other processes of the same user that would look into ours.
///
/// # Errors
/// When the operating system does not let us.
pub fn off() -> nix::Result<()> {
    nix::sys::resource::setrlimit(nix::sys::resource::Resource::RLIMIT_CORE, 0, 0)?;
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_dumpable(false)?;
    Ok(())
}
