//! Versions of the interfaces.

use core::fmt;
use core::str::FromStr;

/// Version number of an interface. ClusAPI has 2.0 and 3.0, Witness 1.1; the endpoint mapper and the conversation
/// manager of the runtime have 3.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Version {
    /// 1.1: Witness.
    V1_1,
    /// 2.0: ClusAPI up to Windows Server 2003.
    V2_0,
    /// 3.0: ClusAPI since Windows Server 2008; interfaces of the RPC runtime.
    V3_0,
}

impl Version {
    /// All of them.
    pub const ALL: [Version; 3] = [Version::V1_1, Version::V2_0, Version::V3_0];

    /// Major version number.
    pub const fn major(self) -> u16 {
        match self {
            Version::V1_1 => 1,
            Version::V2_0 => 2,
            Version::V3_0 => 3,
        }
    }

    /// Minor version number.
    pub const fn minor(self) -> u16 {
        match self {
            Version::V1_1 => 1,
            Version::V2_0 | Version::V3_0 => 0,
        }
    }

    /// `major.minor`, as records show it.
    pub const fn text(self) -> &'static str {
        match self {
            Version::V1_1 => "1.1",
            Version::V2_0 => "2.0",
            Version::V3_0 => "3.0",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// There is no interface of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownVersion;

impl fmt::Display for UnknownVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not 1.1, 2.0 or 3.0")
    }
}

impl core::error::Error for UnknownVersion {}

impl FromStr for Version {
    type Err = UnknownVersion;

    /// Reads `major.minor`.
    fn from_str(text: &str) -> Result<Version, UnknownVersion> {
        Version::ALL.into_iter().find(|version| version.text() == text).ok_or(UnknownVersion)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for version in Version::ALL {
            assert_eq!(version.text().parse(), Ok(version));
            assert_eq!(version.text(), std::format!("{}.{}", version.major(), version.minor()));
        }
        for text in ["", "3", "3.1", "03.0", " 3.0"] {
            assert_eq!(text.parse::<Version>(), Err(UnknownVersion));
        }
    }
}
