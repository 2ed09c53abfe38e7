// The cases of the test client, by file.
#pragma once

typedef struct Case {
    const char* name;
    void (*run)(void);
} Case;

// network.c
void frames_in_order(void);
void frames_wait_for_a_slow_reader(void);
void dht_of_eight(void);
void gossip_is_signed(void);
void strangers_stay_out(void);
void relay_carries_a_stream(void);

// serve.c; neither is a test.
void serve(void);
void measure(void);
