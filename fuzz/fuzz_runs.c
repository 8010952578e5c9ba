/*
 * Fuzzing the readers of what runs and searches keep: metrics.csv, trials.csv, search.txt. Whatever
 * the bytes are, reading ends with columns in their ranges, or with trials that read back from what
 * is written of them, or with a message that is one line. A byte in front chooses the file.
 * script/fuzz builds and runs it.
 */
#include "fuzz.h"
#include "train/history.h"
#include "train/search.h"

#include <math.h>

static char folder[] = "/tmp/fuzz_runs_XXXXXX";

static void read_metrics(lac_context *ctx)
{
    lac_history h;
    if (!check(ctx, lac_history_read(ctx, folder, &h)))
        return;
    for (int i = 0; i < h.count; i++) {
        double before = i ? h.value[LAC_HISTORY_EPOCH][i - 1] : 0;
        require(h.value[LAC_HISTORY_EPOCH][i] > before);
        require(h.value[LAC_HISTORY_EPOCH][i] <= LAC_MOST_EPOCHS);
        for (int c = 0; c < LAC_HISTORY_COLUMNS; c++)
            require(isnan(h.value[c][i]) || fabs(h.value[c][i]) <= LAC_MOST_FIGURE);
    }
    lac_history_free(&h);
}

static void read_trials(lac_context *ctx)
{
    lac_trial *trials, *again;
    int count, same;
    if (!check(ctx, lac_trials_read(ctx, folder, &trials, &count)))
        return;
    require(lac_trials_write(ctx, folder, trials, count) == LAC_OK);
    require(lac_trials_read(ctx, folder, &again, &same) == LAC_OK && same == count);
    for (int i = 0; i < count; i++)
        require(again[i].number == trials[i].number && again[i].state == trials[i].state);
    free(again);
    free(trials);
}

static void read_options(lac_context *ctx)
{
    char *text;
    if (!check(ctx, lac_search_options(ctx, folder, &text)))
        return;
    require(!strchr(text, '\n'));
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct {
        const char *name;
        void (*read)(lac_context *ctx);
    } files[] = {{"metrics.csv", read_metrics}, {"trials.csv", read_trials},
                 {"search.txt", read_options}};
    static int is_made;
    lac_context *ctx = the_context(1);
    char path[64];
    if (size == 0)
        return 0;
    if (!is_made++)
        require(mkdtemp(folder) != NULL);
    int i = bytes[0] % LAC_COUNT(files);
    put_file(folder, files[i].name, bytes + 1, size - 1, path);
    files[i].read(ctx);
    remove(path);
    return 0;
}
