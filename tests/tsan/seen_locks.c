/* RocksDB comes built without ThreadSanitizer and is told to be looked away from (tsan.supp), which
 * also makes it blind to RocksDB's locks: what is passed under them would be taken for races. A
 * program that defines these calls itself makes RocksDB take its locks through here, where
 * ThreadSanitizer sees them. Linked into every test of the tsan preset; nothing else. */
#include <pthread.h>
#include <time.h>

#define SEEN(name, parameters, arguments)           \
    extern int __interceptor_##name parameters;     \
    int name parameters;                            \
    int name parameters {                           \
        return __interceptor_##name arguments;      \
    }

SEEN(pthread_mutex_lock, (pthread_mutex_t* mutex), (mutex))
SEEN(pthread_mutex_trylock, (pthread_mutex_t* mutex), (mutex))
SEEN(pthread_mutex_unlock, (pthread_mutex_t* mutex), (mutex))
SEEN(pthread_rwlock_rdlock, (pthread_rwlock_t* lock), (lock))
SEEN(pthread_rwlock_wrlock, (pthread_rwlock_t* lock), (lock))
SEEN(pthread_rwlock_unlock, (pthread_rwlock_t* lock), (lock))
SEEN(pthread_cond_wait, (pthread_cond_t* changed, pthread_mutex_t* mutex), (changed, mutex))
SEEN(pthread_cond_timedwait,
     (pthread_cond_t* changed, pthread_mutex_t* mutex, const struct timespec* until),
     (changed, mutex, until))
SEEN(pthread_cond_clockwait,
     (pthread_cond_t* changed, pthread_mutex_t* mutex, clockid_t clock, const struct timespec* until),
     (changed, mutex, clock, until))
