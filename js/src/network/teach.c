// One training step of the network, and its answers, in C for WebAssembly: what PyTorch does with
// `model.train()`, `joint_loss(...).backward()` and Adam, without dropout.
//
// Maps lie in memory pixel by pixel, each with its channels side by side, inside a border of zeros:
// so a 3x3 convolution is nine products with the channels of neighbouring pixels.

#define EXPORT(name) __attribute__((export_name(#name)))
#define IMPORT(name) __attribute__((import_module("Math"), import_name(#name)))
#define ADDRESS(of) EXPORT(of##_address) void *of##_address(void) { return of; }
#define EACH(i, count) for (int i = 0; i < (count); i++)
#define BATCH 32  // images at most
#define MOST (BATCH * 30 * 30 * 8 + 256)  // floats in the largest maps, and what a window reads past them
#define SIZE 17816  // numbers in the network: 17,360 parameters and batch norm's means and variances

IMPORT(exp) double power_of_e(double);
IMPORT(log) double logarithm(double);

typedef float v4 __attribute__((vector_size(16), aligned(4)));

// All numbers of the network as PyTorch's `state_dict` has them, and what belongs to each.
static float weights[SIZE], gradients[SIZE], first_moment[SIZE], second_moment[SIZE];
static unsigned char pixels[BATCH * 784], digits[BATCH], numbers[BATCH];
static float digit_logits[BATCH * 10], sum_logits[BATCH * 19];
ADDRESS(weights) ADDRESS(gradients) ADDRESS(pixels) ADDRESS(digits) ADDRESS(numbers)
ADDRESS(digit_logits) ADDRESS(sum_logits)

static int training;  // else batch norm uses its running statistics
static int count;     // images in this batch
static double first_left, second_left;  // of Adam's moments: the share that is still their start, 0

/* ---- Batch norm: over all units of a channel in all images ---- */

typedef struct {
  int channels, side, from, to;  // the units are in rows and columns from..to-1 of side x side
  int at;                        // where its factors, shifts, means and variances are in `weights`
  double mean[64], scale[64];    // of this batch; scale = 1 / standard deviation
} Norm;

#define EACH_UNIT(norm, place)                                                     \
  EACH(n, count) for (int row = (norm)->from; row < (norm)->to; row++)             \
    for (int place = ((n * (norm)->side + row) * (norm)->side + (norm)->from) * (norm)->channels, \
             end = place + ((norm)->to - (norm)->from) * (norm)->channels;         \
         place < end; place += (norm)->channels)

static double units(const Norm *norm) { return (double)count * (norm->to - norm->from) * (norm->to - norm->from); }

static void statistics(Norm *norm, const float *x) {
  float *running_mean = weights + norm->at + 2 * norm->channels, *running_variance = running_mean + norm->channels;
  double mean[64] = {0}, variance[64] = {0}, total = units(norm);
  EACH_UNIT(norm, place) EACH(c, norm->channels) mean[c] += x[place + c];
  EACH(c, norm->channels) mean[c] /= total;
  EACH_UNIT(norm, place) EACH(c, norm->channels) variance[c] += (x[place + c] - mean[c]) * (x[place + c] - mean[c]);
  EACH(c, norm->channels) {
    norm->mean[c] = mean[c];
    norm->scale[c] = 1 / __builtin_sqrt(variance[c] / total + 1e-5);
    running_mean[c] = 0.9 * running_mean[c] + 0.1 * mean[c];
    running_variance[c] = 0.9 * running_variance[c] + 0.1 * variance[c] / (total - 1);
  }
}

static void norm_forward(Norm *norm, const float *x, float *y) {
  const float *w = weights + norm->at;
  float factor[64], shift[64];
  if (training) statistics(norm, x);
  else EACH(c, norm->channels) {
    norm->mean[c] = w[2 * norm->channels + c];
    norm->scale[c] = 1 / __builtin_sqrt(w[3 * norm->channels + c] + 1e-5);
  }
  EACH(c, norm->channels) {
    factor[c] = w[c] * norm->scale[c];
    shift[c] = w[norm->channels + c] - norm->mean[c] * w[c] * norm->scale[c];
  }
  EACH_UNIT(norm, place) EACH(c, norm->channels) y[place + c] = x[place + c] * factor[c] + shift[c];
}

// From the gradient g of the outputs that of the inputs, dx; what is no unit is left alone.
static void norm_backward(Norm *norm, const float *x, const float *g, float *dx) {
  double sum[64] = {0}, product[64] = {0};
  float mean[64], a[64], b[64], d[64];
  EACH(c, norm->channels) mean[c] = norm->mean[c];
  EACH_UNIT(norm, place) EACH(c, norm->channels) {
    sum[c] += g[place + c];
    product[c] += g[place + c] * (x[place + c] - mean[c]);
  }
  EACH(c, norm->channels) {
    const double scale = norm->scale[c], factor = weights[norm->at + c] * scale;
    gradients[norm->at + c] = product[c] * scale;
    gradients[norm->at + norm->channels + c] = sum[c];
    a[c] = factor;
    b[c] = factor * sum[c] / units(norm);
    d[c] = factor * scale * scale * product[c] / units(norm);
  }
  EACH_UNIT(norm, place) EACH(c, norm->channels)
    dx[place + c] = a[c] * g[place + c] - b[c] - d[c] * (x[place + c] - mean[c]);
}

/* ---- Convolutions, each with ReLU and then batch norm ---- */

typedef struct {
  int inputs, outputs, side, at;  // side of its maps with the border; where its weights are in `weights`
  Norm norm;
  float *x, *y, *z;  // input; what batch norm gets; output
} Layer;

// out = the sum over nine neighbours t and channels i of in[.. + t][i] * kernel[t][i][..]: four pixels
// and eight channels at once, which is what the registers hold. In border places nonsense is left.
static void window(const float *in, int I, const float *kernel, float *out, int O, int side) {
  for (int place = 0; place < side * (side - 2); place += 4)
    for (int o = 0; o < O; o += 8) {
      v4 sum[4][2] = {0};
      EACH(t, 9) {
        const float *x = in + (place + t / 3 * side + t % 3) * I, *k = kernel + t * I * O + o;
        for (int i = 0; i < I; i++, k += O) {
          const v4 left = *(v4 *)k, right = *(v4 *)(k + 4);
          _Pragma("unroll") EACH(p, 4) {
            sum[p][0] += x[p * I + i] * left;
            sum[p][1] += x[p * I + i] * right;
          }
        }
      }
      _Pragma("unroll") EACH(p, 4) {
        v4 *y = (v4 *)(out + (place + side + 1 + p) * O + o);
        y[0] = sum[p][0], y[1] = sum[p][1];
      }
    }
}

// Adds to dk[t][i][o] the sum over all places of in[place + t][i] * g[place][o], for M channels i at once.
static inline __attribute__((always_inline)) void kernel_gradient(
    const float *in, int I, int M, const float *g, float *dk, int O, int side) {
  EACH(t, 9) for (int i = 0; i < I; i += M) for (int o = 0; o < O; o += 8) {
    v4 sum[4][2] = {0};
    const float *x = in + (t / 3 * side + t % 3) * I + i, *y = g + (side + 1) * O + o;
    for (int place = 0; place < side * (side - 2) - 2; place++, x += I, y += O) {
      const v4 left = *(v4 *)y, right = *(v4 *)(y + 4);
      _Pragma("unroll") EACH(m, M) sum[m][0] += x[m] * left, sum[m][1] += x[m] * right;
    }
    _Pragma("unroll") EACH(m, M) {
      v4 *d = (v4 *)(dk + (t * I + i + m) * O + o);
      d[0] += sum[m][0], d[1] += sum[m][1];
    }
  }
}

static float *conv_forward(Layer *conv, float *x) {
  const int I = conv->inputs, O = conv->outputs, area = conv->side * conv->side;
  float kernel[9 * 16 * 16];
  EACH(o, O) EACH(i, I) EACH(t, 9) kernel[(t * I + i) * O + o] = weights[conv->at + (o * I + i) * 9 + t];
  EACH(n, count) window(x + n * area * I, I, kernel, conv->y + n * area * O, O, conv->side);
  EACH(k, count * area * O) conv->y[k] = conv->y[k] > 0 ? conv->y[k] : 0;
  norm_forward(&conv->norm, conv->y, conv->z);
  conv->x = x;
  return conv->z;
}

// From the gradient of the outputs, g, that of the inputs, in place; `scratch` is used meanwhile.
static void conv_backward(Layer *conv, float *g, float *scratch) {
  const int I = conv->inputs, O = conv->outputs, area = conv->side * conv->side;
  float kernel[9 * 16 * 16], dk[9 * 16 * 16] = {0};
  __builtin_memset(scratch, 0, sizeof(float) * count * area * O);
  norm_backward(&conv->norm, conv->y, g, scratch);
  EACH(k, count * area * O) scratch[k] = conv->y[k] > 0 ? scratch[k] : 0;
  EACH(n, count) {
    const float *x = conv->x + n * area * I, *of = scratch + n * area * O;
    if (I == 1) kernel_gradient(x, 1, 1, of, dk, O, conv->side);
    else kernel_gradient(x, I, 4, of, dk, O, conv->side);
  }
  EACH(o, O) EACH(i, I) EACH(t, 9) {
    gradients[conv->at + (o * I + i) * 9 + t] = dk[(t * I + i) * O + o];
    kernel[((8 - t) * O + o) * I + i] = weights[conv->at + (o * I + i) * 9 + t];
  }
  if (I > 1) EACH(n, count) window(scratch + n * area * O, O, kernel, g + n * area * I, I, conv->side);
}

/* ---- Pooling: of each 2x2 square the largest ---- */

static int largest(const float *x, int corner, int right, int below) {
  int best = corner;
  if (x[corner + right] > x[best]) best = corner + right;
  if (x[corner + below] > x[best]) best = corner + below;
  if (x[corner + below + right] > x[best]) best = corner + below + right;
  return best;
}

// Calls `body` with `from`, the largest unit of a square, and `to`, its place in the smaller maps.
#define EACH_SQUARE(x, channels, size, body)                                                       \
  EACH(n, count) EACH(row, size) EACH(column, size) EACH(c, channels) {                            \
    const int side = 2 * (size) + 2;                                                               \
    const int corner = ((n * side + 2 * row + 1) * side + 2 * column + 1) * (channels) + c;        \
    const int from = largest(x, corner, channels, side * (channels));                              \
    const int to = ((n * ((size) + 2) + row + 1) * ((size) + 2) + column + 1) * (channels) + c;    \
    body;                                                                                          \
  }

/* ---- Fully connected layers, each with batch norm and then ReLU ---- */

static void multiply(const float *x, int inputs, const float *w, float *y, int outputs) {
  EACH(n, count) EACH(o, outputs) {
    float sum = 0;
    EACH(i, inputs) sum += x[n * inputs + i] * w[o * inputs + i];
    y[n * outputs + o] = sum;
  }
}

// From the gradient g of the outputs that of the weights and, added to dx, that of the inputs.
static void multiply_backward(const float *x, int inputs, int at, const float *g, int outputs, float *dx) {
  __builtin_memset(gradients + at, 0, sizeof(float) * inputs * outputs);
  EACH(n, count) EACH(o, outputs) {
    const float slope = g[n * outputs + o];
    EACH(i, inputs) gradients[at + o * inputs + i] += slope * x[n * inputs + i];
    EACH(i, inputs) dx[n * inputs + i] += slope * weights[at + o * inputs + i];
  }
}

static void linear_forward(Layer *layer) {
  multiply(layer->x, layer->inputs, weights + layer->at, layer->y, layer->outputs);
  norm_forward(&layer->norm, layer->y, layer->z);
  EACH(k, count * layer->outputs) layer->z[k] = layer->z[k] > 0 ? layer->z[k] : 0;
}

static void linear_backward(Layer *layer, float *g, float *dx) {
  EACH(k, count * layer->outputs) g[k] = layer->z[k] > 0 ? g[k] : 0;
  norm_backward(&layer->norm, layer->y, g, g);
  __builtin_memset(dx, 0, sizeof(float) * count * layer->inputs);
  multiply_backward(layer->x, layer->inputs, layer->at, g, layer->outputs, dx);
}

/* ---- The network ---- */

#define CONV(K, I, O, SIZE, MARGIN, AT)                                                         \
  {.inputs = I, .outputs = O, .side = SIZE + 2, .at = AT, .y = maps[2 * K], .z = maps[2 * K + 1], \
   .norm = {.channels = O, .side = SIZE + 2, .from = 1 + MARGIN, .to = SIZE + 1 - MARGIN, .at = AT + 9 * I * O}}
#define LINEAR(K, I, O, AT)                                                                        \
  {.inputs = I, .outputs = O, .at = AT, .x = vectors[3 * K], .y = vectors[3 * K + 1], .z = vectors[3 * K + 2], \
   .norm = {.channels = O, .side = 1, .to = 1, .at = AT + I * O}}

static float maps[12][MOST], vectors[9][BATCH * 64];
static Layer convs[6] = {
    CONV(0, 1, 8, 28, 0, 0), CONV(1, 8, 8, 28, 0, 104), CONV(2, 8, 16, 14, 0, 712),
    CONV(3, 16, 16, 14, 0, 1928), CONV(4, 16, 16, 7, 0, 4296), CONV(5, 16, 16, 7, 1, 6664)};
static Layer embedding = LINEAR(0, 16, 20, 9032);
static Layer adder[2] = {LINEAR(1, 30, 64, 9432), LINEAR(2, 64, 64, 11608)};
static const int DIGIT_HEAD = 15960, SUM_HEAD = 16600;
static float image[BATCH * 900 + 256], pooled[2][BATCH * 256 * 16 + 256];
static float g[MOST], scratch[MOST];

static float *pool(const float *x, int channels, int size, float *y) {
  EACH_SQUARE(x, channels, size, y[to] = x[from])
  return y;
}

static void pool_backward(const float *x, int channels, int size, float *of, float *dx) {
  __builtin_memset(dx, 0, sizeof(float) * count * (2 * size + 2) * (2 * size + 2) * channels);
  EACH_SQUARE(x, channels, size, dx[from] = of[to])
}

static void forward(void) {
  EACH(n, count) EACH(k, 784)
    image[(n * 30 + k / 28 + 1) * 30 + k % 28 + 1] = (pixels[n * 784 + k] / 255.f - 0.1307f) / 0.3081f;
  float *x = pool(conv_forward(&convs[1], conv_forward(&convs[0], image)), 8, 14, pooled[0]);
  x = pool(conv_forward(&convs[3], conv_forward(&convs[2], x)), 16, 7, pooled[1]);
  x = conv_forward(&convs[5], conv_forward(&convs[4], x));
  __builtin_memset(embedding.x, 0, sizeof vectors[0]);
  EACH_UNIT(&convs[5].norm, place) EACH(c, 16) embedding.x[n * 16 + c] += x[place + c] / 25;
  linear_forward(&embedding);
  EACH(n, count) {
    EACH(k, 20) adder[0].x[n * 30 + k] = embedding.z[n * 20 + k];
    EACH(k, 10) adder[0].x[n * 30 + 20 + k] = k == numbers[n];
  }
  linear_forward(&adder[0]);
  EACH(k, count * 64) adder[1].x[k] = adder[0].z[k];
  linear_forward(&adder[1]);
  multiply(adder[1].z, 64, weights + DIGIT_HEAD, digit_logits, 10);
  multiply(adder[1].z, 64, weights + SUM_HEAD, sum_logits, 19);
}

// The cross entropy of an image, and its gradient, probability less target, divided by the batch's size.
static double cross_entropy(const float *logits, int classes, int target, float *gradient) {
  double highest = logits[0], sum = 0;
  EACH(k, classes) if (logits[k] > highest) highest = logits[k];
  EACH(k, classes) sum += power_of_e(logits[k] - highest);
  EACH(k, classes) gradient[k] = (power_of_e(logits[k] - highest) / sum - (k == target)) / count;
  return logarithm(sum) + highest - logits[target];
}

static double backward(void) {
  static float of_digit[BATCH * 10], of_sum[BATCH * 19], of_hidden[BATCH * 64], of_both[BATCH * 64];
  double loss = 0;
  EACH(n, count) {
    loss += cross_entropy(digit_logits + n * 10, 10, digits[n], of_digit + n * 10) / count;
    loss += cross_entropy(sum_logits + n * 19, 19, digits[n] + numbers[n], of_sum + n * 19) / count;
  }
  __builtin_memset(of_hidden, 0, sizeof of_hidden);
  multiply_backward(adder[1].z, 64, DIGIT_HEAD, of_digit, 10, of_hidden);
  multiply_backward(adder[1].z, 64, SUM_HEAD, of_sum, 19, of_hidden);
  linear_backward(&adder[1], of_hidden, of_both);
  linear_backward(&adder[0], of_both, of_hidden);  // of 20 numbers and 10 of the one-hot number
  EACH(n, count) EACH(k, 20) of_both[n * 20 + k] = of_hidden[n * 30 + k];
  linear_backward(&embedding, of_both, of_hidden);
  EACH_UNIT(&convs[5].norm, place) EACH(c, 16) g[place + c] = of_hidden[n * 16 + c] / 25;
  conv_backward(&convs[5], g, scratch);
  conv_backward(&convs[4], g, scratch);
  pool_backward(convs[3].z, 16, 7, g, scratch);
  conv_backward(&convs[3], scratch, g);
  conv_backward(&convs[2], scratch, g);
  pool_backward(convs[1].z, 8, 14, scratch, g);
  conv_backward(&convs[1], g, scratch);
  conv_backward(&convs[0], g, scratch);
  return loss;
}

/* ---- What the page calls ---- */

// The logits for `images` in `pixels` and their `numbers`, in use: by the running statistics.
EXPORT(answer) void answer(int images) {
  count = images, training = 0;
  forward();
}

// The loss of a batch, and `gradients`; running statistics move on.
EXPORT(slopes) double slopes(int images) {
  count = images, training = 1;
  forward();
  return backward();
}

EXPORT(forget_moments) void forget_moments(void) {
  first_left = second_left = 1;
  __builtin_memset(first_moment, 0, sizeof first_moment);
  __builtin_memset(second_moment, 0, sizeof second_moment);
}

// A step of Adam on a batch; its loss. Running statistics have gradients of 0, so they stay.
EXPORT(train) double train(int images, double rate) {
  const double loss = slopes(images);
  first_left *= 0.9, second_left *= 0.999;
  EACH(k, SIZE) {
    first_moment[k] += 0.1f * (gradients[k] - first_moment[k]);
    second_moment[k] += 0.001f * (gradients[k] * gradients[k] - second_moment[k]);
    const double mean = first_moment[k] / (1 - first_left), square = second_moment[k] / (1 - second_left);
    weights[k] -= rate * mean / (__builtin_sqrt(square) + 1e-8);
  }
  return loss;
}
