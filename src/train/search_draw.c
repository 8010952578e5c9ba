/* What a search may be, and what its trials draw: a function of its seed and their numbers. */
#include "train/search.h"
#include "data/data.h"
#include "net/net.h"
#include "settings/config.h"
#include "train/history.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_TRIALS = 100000 };

lac_search_config lac_search_config_default(void)
{
    return (lac_search_config){.base = lac_train_config_default(), .trials = 20, .epochs = 16,
                               .halving = 1, .validation = 0.2, .seed = 1};
}

/* A decimal of three digits: what a person reads is what was used. */
static double round_off(double value)
{
    char text[LAC_NUMBER];
    lac_number_read(lac_number_digits(value, 3, text), &value);
    return value;
}

static double draw(const lac_draw *d, double u)
{
    if (d->count)
        return d->value[(int)(u * d->count)];
    return round_off(d->value[0] * pow(d->value[1] / d->value[0], u));
}

void lac_trial_draw(const lac_search_config *c, int number, lac_trial *trial)
{
    const uint64_t stream = LAC_STREAM(LAC_STREAM_SEARCH) + (uint64_t)number;
    const lac_field *f;
    *trial = (lac_trial){.number = number, .rmse = NAN, .config = c->base};
    lac_train_config *config = &trial->config;
    for (int i = 0; (f = lac_search_field(i)); i++)
        lac_field_put(f, draw(&f->draw, lac_random_uniform(c->seed, stream, (uint64_t)i)), config);
    config->start = LAC_START_NORMAL; /* of which the width is drawn */
    config->holdout = c->validation;
    config->split_seed = 0;
    config->fold = 0;
    config->minutes = 0;
    config->until = 0;
    config->patience = 0; /* rounds end a trial */
}

/* A network that cannot be is refused before anything is written. */
static lac_status check_network(lac_context *ctx, const lac_data *data, const char *network)
{
    lac_layer *layers;
    int count;
    lac_status status = lac_network_layers(ctx, network, data->size, data->points, &layers, &count);
    free(layers);
    return status;
}

lac_status lac_search_check(lac_context *ctx, const lac_data *data, const lac_search_config *c)
{
    if (c->trials < 1 || c->trials > MOST_TRIALS || c->epochs < 1 ||
        c->epochs > LAC_MOST_EPOCHS || !(c->validation > 0 && c->validation < 1))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "a search of %d trials, %d epochs, validation %g: 1 to %d trials, 1 to %d "
                        "epochs, a share above 0 and below 1", c->trials, c->epochs, c->validation,
                        MOST_TRIALS, LAC_MOST_EPOCHS);
    LAC_TRY(lac_config_check(ctx, &c->base));
    return check_network(ctx, data, c->base.model);
}
