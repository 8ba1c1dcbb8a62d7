//! Keys: from files and from the caller's hands. Nothing of them is ever shown.

use crate::errors;
use cluscope::auth::{KeyError, KeyStore};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Keys that open what is signed and sealed. They can be used for many captures at a time; keys are added before that.
///
/// >>> import cluscope
/// >>> keys = cluscope.Keys()
/// >>> keys.add_password("LAB\\clusadm", "not a real one")
/// >>> keys.add_keys(b"# one a line\nsession-key 00112233445566778899aabbccddeeff\n")
/// 1
/// >>> keys
/// <cluscope.Keys users=1 session_keys=1 service_keys=0 cached_keys=0>
#[pyclass(frozen, module = "cluscope")]
#[derive(Debug, Default)]
pub(crate) struct Keys(Mutex<Arc<KeyStore>>);

impl Keys {
    /// The keys for a session.
    pub(crate) fn share(&self) -> Arc<KeyStore> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add<T>(
        &self,
        py: Python<'_>,
        file: Option<&Path>,
        add: impl FnOnce(&mut KeyStore) -> Result<T, KeyError> + Send,
    ) -> PyResult<T>
    where
        T: Send,
    {
        let added = py.detach(|| {
            let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::get_mut(&mut keys).map(add)
        });
        let added =
            added.ok_or_else(|| PyRuntimeError::new_err("these keys are in use: keys are added before that"))?;
        added.map_err(|error| errors::keys(py, error, file))
    }
}

#[pymethods]
impl Keys {
    #[new]
    fn py_new() -> Self {
        Keys::default()
    }

    /// Adds a password. ``name`` is ``DOMAIN\user``, ``user@realm``, ``user`` or a Kerberos principal.
    #[pyo3(signature = (name, password, *, salt = None))]
    fn add_password(&self, py: Python<'_>, name: &str, password: &str, salt: Option<&str>) -> PyResult<()> {
        self.add(py, None, |keys| match salt {
            Some(salt) => keys.add_salted_password(name, password, salt),
            None => keys.add_password(name, password),
        })
    }

    /// Adds an NT hash of 16 bytes.
    fn add_nt_hash(&self, py: Python<'_>, name: &str, nt_hash: [u8; 16]) -> PyResult<()> {
        self.add(py, None, |keys| keys.add_nt_hash(name, nt_hash))
    }

    /// Adds a session key of 16 or 32 bytes: NTLM's exported session key, or Kerberos' session key or subkey.
    fn add_session_key(&self, py: Python<'_>, key: &[u8]) -> PyResult<()> {
        self.add(py, None, |keys| keys.add_session_key(key))
    }

    /// Adds a long-term key of a Kerberos service.
    #[pyo3(signature = (principal, etype, key, *, kvno = 0))]
    fn add_service_key(&self, py: Python<'_>, principal: &str, etype: i64, key: &[u8], kvno: u32) -> PyResult<()> {
        self.add(py, None, |keys| keys.add_service_key(principal, etype, kvno, key))
    }

    /// Adds what a file of keys holds, one a line: ``password NAME PASSWORD``, ``nthash NAME HEX``, ``session-key HEX``.
    /// ``source`` is a path or the bytes. Returns how many were added.
    fn add_keys(&self, py: Python<'_>, source: &Bound<'_, PyAny>) -> PyResult<usize> {
        self.load(py, source, KeyStore::add_keys_file, KeyStore::load_keys_file)
    }

    /// Adds the keys of an MIT keytab, given as a path or as bytes. Returns how many were added.
    fn add_keytab(&self, py: Python<'_>, source: &Bound<'_, PyAny>) -> PyResult<usize> {
        self.load(py, source, KeyStore::add_keytab, KeyStore::load_keytab)
    }

    /// Adds the session keys of an MIT credential cache or a kirbi file, given as a path or as bytes. Returns how many were
    /// added.
    fn add_ccache(&self, py: Python<'_>, source: &Bound<'_, PyAny>) -> PyResult<usize> {
        self.load(py, source, KeyStore::add_ccache, KeyStore::load_ccache)
    }

    fn __repr__(&self) -> String {
        // The library prints how many there are of each kind and nothing else.
        let counts = format!("{:?}", self.share());
        let counts = counts.trim_start_matches("KeyStore { ").trim_end_matches(" }");
        format!("<cluscope.Keys {}>", counts.replace(": ", "=").replace(", ", " "))
    }
}

/// Reads keys from bytes.
type FromBytes = fn(&mut KeyStore, &[u8]) -> Result<usize, KeyError>;

/// Reads keys from a file.
type FromFile = fn(&mut KeyStore, &Path) -> Result<usize, KeyError>;

impl Keys {
    fn load(
        &self,
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        from_bytes: FromBytes,
        from_file: FromFile,
    ) -> PyResult<usize> {
        if let Ok(bytes) = source.cast::<PyBytes>() {
            let bytes = bytes.as_bytes();
            return self.add(py, None, |keys| from_bytes(keys, bytes));
        }
        let path: PathBuf = source.extract()?;
        self.add(py, Some(&path), |keys| from_file(keys, &path))
    }
}

/// The keys of the arguments ``keys``, ``keytab`` and ``ccache``: each a path, bytes or several of them, the first one
/// [`Keys`] as well.
pub(crate) fn of_arguments(
    py: Python<'_>,
    keys: Option<&Bound<'_, PyAny>>,
    keytab: Option<&Bound<'_, PyAny>>,
    ccache: Option<&Bound<'_, PyAny>>,
) -> PyResult<Arc<KeyStore>> {
    if let Some(keys) = keys
        && let Ok(keys) = keys.cast::<Keys>()
    {
        if keytab.is_some() || ccache.is_some() {
            return Err(PyTypeError::new_err("keytab and ccache go into the Keys that are given"));
        }
        return Ok(keys.get().share());
    }
    let store = Keys::default();
    let all: [(Option<&Bound<'_, PyAny>>, FromBytes, FromFile); 3] = [
        (keys, KeyStore::add_keys_file, KeyStore::load_keys_file),
        (keytab, KeyStore::add_keytab, KeyStore::load_keytab),
        (ccache, KeyStore::add_ccache, KeyStore::load_ccache),
    ];
    for (given, from_bytes, from_file) in all {
        for source in given.map(several).transpose()?.unwrap_or_default() {
            store.load(py, &source, from_bytes, from_file)?;
        }
    }
    Ok(store.share())
}

/// One, or several in a list or any other iterable.
pub(crate) fn several<'py>(given: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let is_one = given.is_instance_of::<PyString>()
        || given.is_instance_of::<PyBytes>()
        || given.hasattr("__fspath__")?
        || given.hasattr("read")?;
    if is_one {
        return Ok(vec![given.clone()]);
    }
    given.try_iter()?.collect()
}
