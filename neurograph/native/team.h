/* A team of threads that share out the rows of one product.

   The caller works too, and takes shares until none is left, so a team-mate that is asleep or not there costs nothing
   but its help. Between products a team-mate waits awake for a moment, for the next step of a phase is never far, and
   then sleeps. A caller that finds the team at work for another works alone. */

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST_THREADS = 64, AWAKE = 20000, SHARES_EACH = 4 };

typedef void work(const void *what, int64_t first, int64_t last);

static struct {
    pthread_mutex_t busy, door;
    pthread_cond_t bell;
    int mates;                        /* threads beside the caller */
    int started;
    work *_Atomic how;
    const void *what;
    const int64_t *bounds;            /* share i is bounds[i] to bounds[i + 1] */
    int64_t shares;
    _Atomic int64_t round;            /* counts products */
    _Atomic int64_t next;             /* round in the high bits, next share in the low 16 */
    _Atomic int64_t done;
    atomic_int asleep;
} team = {.busy = PTHREAD_MUTEX_INITIALIZER, .door = PTHREAD_MUTEX_INITIALIZER, .bell = PTHREAD_COND_INITIALIZER};

static inline void rest(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/* Take shares of a round until it has none left, or is over. */
static void take_shares(int64_t round) {
    for (;;) {
        int64_t share = atomic_load(&team.next);
        do {
            if (share >> 16 != round || (share & 0xffff) >= team.shares) return;
        } while (!atomic_compare_exchange_weak(&team.next, &share, share + 1));
        share &= 0xffff;
        team.how(team.what, team.bounds[share], team.bounds[share + 1]);
        atomic_fetch_add(&team.done, 1);
    }
}

static void *mate(void *unused) {
    (void)unused;
    int64_t seen = 0;
    for (;;) {
        int64_t round = atomic_load(&team.round);
        for (int turn = 0; round == seen && turn < AWAKE; turn++) {
            rest();
            round = atomic_load(&team.round);
        }
        if (round == seen) {
            pthread_mutex_lock(&team.door);
            atomic_fetch_add(&team.asleep, 1);
            while ((round = atomic_load(&team.round)) == seen) pthread_cond_wait(&team.bell, &team.door);
            atomic_fetch_sub(&team.asleep, 1);
            pthread_mutex_unlock(&team.door);
        }
        seen = round;
        take_shares(round);
    }
    return NULL;
}

/* A forked child has only the thread that forked. */
static void alone_again(void) {
    pthread_mutex_init(&team.busy, NULL);
    pthread_mutex_init(&team.door, NULL);
    pthread_cond_init(&team.bell, NULL);
    atomic_store(&team.asleep, 0);
    team.started = 0;
}

static void start_team(void) {
    static int watched;
    pthread_attr_t detached;
    team.started = 1;
    if (!watched) watched = pthread_atfork(NULL, NULL, alone_again) == 0;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    for (int i = 0; i < team.mates; i++) {
        pthread_t thread;
        if (pthread_create(&thread, &detached, mate, NULL)) break;
    }
    pthread_attr_destroy(&detached);
}

/* Do shares[0] to shares[count] of `what`, together where the team is free. */
static void share_out(work *how, const void *what, const int64_t *bounds, int64_t count) {
    if (count < 2 || team.mates == 0 || pthread_mutex_trylock(&team.busy)) {
        how(what, bounds[0], bounds[count]);
        return;
    }
    if (!team.started) start_team();
    const int64_t round = atomic_load(&team.round) + 1;
    atomic_store(&team.how, how);
    team.what = what;
    team.bounds = bounds;
    team.shares = count;
    atomic_store(&team.done, 0);
    atomic_store(&team.next, round << 16);
    atomic_store(&team.round, round);
    if (atomic_load(&team.asleep)) {
        pthread_mutex_lock(&team.door);
        pthread_cond_broadcast(&team.bell);
        pthread_mutex_unlock(&team.door);
    }
    take_shares(round);
    for (int turn = 0; atomic_load(&team.done) < count; turn++) {
        rest();
        if (turn > 1000) sched_yield();
    }
    pthread_mutex_unlock(&team.busy);
}
