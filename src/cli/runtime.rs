//! What executes a worker: a script's runtime by its ending, or a command as it is.
//!
//! Owns the choice of runtimes and the search for them. Runs nothing but `node --version`, and that only for TypeScript.
//! Called by `run` and by the config.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::ValueEnum;

use crate::model::Runtime;

/// A runtime as a person names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RuntimeName {
    Node,
    Bun,
    Deno,
    #[value(alias = "python3")]
    Python,
    #[value(alias = "sh")]
    Shell,
}

impl RuntimeName {
    /// The names as the config writes them.
    pub(crate) const WORDS: [(&'static str, Self); 5] = [
        ("node", Self::Node),
        ("bun", Self::Bun),
        ("deno", Self::Deno),
        ("python", Self::Python),
        ("shell", Self::Shell),
    ];

    fn program(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Bun => "bun",
            Self::Deno => "deno",
            Self::Python => "python3",
            Self::Shell => "sh",
        }
    }
}

/// A command that is ready to be a pool's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// The program: a name to be found in `PATH`, or an absolute path.
    pub(crate) program: OsString,
    /// Its arguments.
    pub(crate) args: Vec<OsString>,
    /// What it is, where that is known.
    pub(crate) runtime: Option<Runtime>,
}

impl Resolved {
    /// Has the runtime load a file before the script.
    pub(crate) fn with_preload(mut self, file: &Path) -> Result<Self, RuntimeError> {
        let place = match self.runtime {
            Some(Runtime::Node) => Some((0, "--require")),
            Some(Runtime::Bun) => Some((0, "--preload")),
            Some(Runtime::Deno) => {
                let run = self.args.iter().position(|arg| arg == "run");
                run.map(|run| (run + 1, "--preload"))
            }
            _ => None,
        };
        let Some((at, flag)) = place else {
            let program = self.program.display().to_string();
            return Err(RuntimeError::LoadsNothing { program });
        };
        self.args.insert(at, file.as_os_str().to_owned());
        self.args.insert(at, flag.into());
        Ok(self)
    }
}

/// Why a script cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RuntimeError {
    /// None of the programs that could run it is there.
    #[error("{script} needs {wanted}, and none is in PATH")]
    NotFound { script: String, wanted: String },
    /// A program that loads no file before its script.
    #[error(
        "{program} loads nothing before its script: only a script of node, bun or deno can be one"
    )]
    LoadsNothing { program: String },
}

/// The programs of this system.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    folders: Vec<PathBuf>,
}

impl Programs {
    /// Those in `PATH`.
    pub(crate) fn of_this_process() -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        Self {
            folders: std::env::split_paths(&path).collect(),
        }
    }

    /// Those in these folders.
    #[cfg(test)]
    pub(crate) fn in_folders(folders: &[&Path]) -> Self {
        Self {
            folders: folders.iter().map(|folder| folder.to_path_buf()).collect(),
        }
    }

    /// Where a program is.
    pub(crate) fn find(&self, name: &str) -> Option<PathBuf> {
        self.folders
            .iter()
            .map(|folder| folder.join(name))
            .find(|path| is_executable(path))
    }

    fn has(&self, runtime: RuntimeName) -> bool {
        self.find(runtime.program()).is_some()
    }
}

/// A script with what is to run it.
#[derive(Clone, Debug)]
pub(crate) struct Script<'a> {
    /// The script as it is to be given to its runtime.
    pub(crate) path: &'a Path,
    /// The folder it is relative to.
    pub(crate) folder: &'a Path,
    /// Its arguments.
    pub(crate) args: Vec<OsString>,
    /// What is to run it, when the ending is not to decide.
    pub(crate) runtime: Option<RuntimeName>,
}

impl Script<'_> {
    /// Finds the command that runs the script.
    pub(crate) fn resolve(self, programs: &Programs) -> Result<Resolved, RuntimeError> {
        if let Some(runtime) = self.runtime {
            let flags = if runtime == RuntimeName::Node && is_typescript(self.path) {
                node_flags(programs).unwrap_or_default()
            } else {
                &[]
            };
            return self.by_first(programs, &[(runtime, flags)]);
        }
        match ending(self.path) {
            "js" | "cjs" | "mjs" => {
                let able = [RuntimeName::Node, RuntimeName::Bun, RuntimeName::Deno];
                self.by_first(programs, &able.map(|runtime| (runtime, &[] as &[_])))
            }
            "ts" | "mts" => {
                let others = [(RuntimeName::Bun, &[] as &[_]), (RuntimeName::Deno, &[])];
                match node_flags(programs) {
                    Some(flags) => self.by_first(programs, &[(RuntimeName::Node, flags)]),
                    None => self.by_first(programs, &others),
                }
            }
            "py" => self.by_first(programs, &[(RuntimeName::Python, &[])]),
            "sh" if !is_executable(&self.folder.join(self.path)) => {
                self.by_first(programs, &[(RuntimeName::Shell, &[])])
            }
            _ => {
                let program = self.folder.join(self.path);
                Ok(command(program.as_os_str(), self.args, self.folder))
            }
        }
    }

    fn by_first(
        self,
        programs: &Programs,
        able: &[(RuntimeName, &[&str])],
    ) -> Result<Resolved, RuntimeError> {
        let found = able.iter().find(|(runtime, _)| programs.has(*runtime));
        let Some((runtime, flags)) = found else {
            let names: Vec<&str> = able.iter().map(|(runtime, _)| runtime.program()).collect();
            let wanted = if is_typescript(self.path) && self.runtime.is_none() {
                "node 22.6 or newer, bun or deno".to_owned()
            } else {
                names.join(" or ")
            };
            return Err(RuntimeError::NotFound {
                script: self.path.display().to_string(),
                wanted,
            });
        };
        let (before, kind): (&[&str], Runtime) = match runtime {
            RuntimeName::Node => (flags, Runtime::Node),
            RuntimeName::Bun => (&[], Runtime::Bun),
            RuntimeName::Deno => (&["run", "-A"], Runtime::Deno),
            RuntimeName::Python => (&[], Runtime::Python),
            RuntimeName::Shell => (&[], Runtime::Shell),
        };
        let mut args: Vec<OsString> = before.iter().map(OsString::from).collect();
        args.push(self.path.as_os_str().to_owned());
        args.extend(self.args);
        Ok(Resolved {
            program: runtime.program().into(),
            args,
            runtime: Some(kind),
        })
    }
}

/// A command as it is: a program with a slash in it is meant relative to `folder`.
pub(crate) fn command(program: &OsStr, args: Vec<OsString>, folder: &Path) -> Resolved {
    let path = Path::new(program);
    let runtime = runtime_of(path);
    let is_bare = path.components().count() == 1 && !program.as_encoded_bytes().contains(&b'/');
    let program = if is_bare {
        program.to_owned()
    } else {
        folder.join(path).into_os_string()
    };
    Resolved {
        program,
        args,
        runtime,
    }
}

/// Whether an ending makes a file a script, whatever else it is.
pub(crate) fn is_script(path: &Path) -> bool {
    matches!(
        ending(path),
        "js" | "cjs" | "mjs" | "ts" | "mts" | "py" | "sh"
    )
}

fn ending(path: &Path) -> &str {
    path.extension().and_then(OsStr::to_str).unwrap_or_default()
}

fn is_typescript(path: &Path) -> bool {
    matches!(ending(path), "ts" | "mts")
}

/// What a program is known to be by its name.
fn runtime_of(program: &Path) -> Option<Runtime> {
    let name = program.file_name()?.to_str()?;
    Some(match name {
        "node" | "nodejs" => Runtime::Node,
        "bun" => Runtime::Bun,
        "deno" => Runtime::Deno,
        "sh" | "bash" | "dash" | "zsh" | "ksh" => Runtime::Shell,
        name if name.starts_with("python") => Runtime::Python,
        _ if ending(program) == "sh" => Runtime::Shell,
        _ => return None,
    })
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// What makes node strip types, if it can: a flag from 22.6 on, nothing from 23.6 on (and in 22.18).
fn node_flags(programs: &Programs) -> Option<&'static [&'static str]> {
    let node = programs.find(RuntimeName::Node.program())?;
    let output = Command::new(node)
        .arg("--version")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    flags_of_version(std::str::from_utf8(&output.stdout).ok()?)
}

fn flags_of_version(version: &str) -> Option<&'static [&'static str]> {
    let mut numbers = version.trim().trim_start_matches('v').split('.');
    let major: u32 = numbers.next()?.parse().ok()?;
    let minor: u32 = numbers.next()?.parse().ok()?;
    match (major, minor) {
        (24.., _) | (23, 6..) | (22, 18..) => Some(&[]),
        (23, _) | (22, 6..) => Some(&["--experimental-strip-types"]),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
