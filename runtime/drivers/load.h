// Client libraries of databases, loaded when the first connection is made. Linking them would load thirty libraries (Kerberos,
// LDAP, two TLS stacks) at every start: several milliseconds that a check of a file or a bundle on SQLite has no use for.
// Private to this folder.
#pragma once

namespace synapsor::drivers {

// The named shared library, opened; ends the process with a message that names `package` if it cannot be.
void* OpenLibrary(const char* library, const char* package);

// A function of it by its symbol; ends the process if it is missing.
void* FindFunction(void* library, const char* symbol, const char* package);

}  // namespace synapsor::drivers
