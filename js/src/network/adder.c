// A small adder behind the network's embedding in C for WebAssembly: its answers, and training steps
// with AdamW as PyTorch takes them. As in the course's network two linear layers, each with batch norm and ReLU
// behind it, and a linear head; none has a bias.

#define EXPORT(name) __attribute__((export_name(#name)))
#define ADDRESS(of) EXPORT(of##_address) void *of##_address(void) { return of; }
#define ROWS 256   // examples at most
#define WIDTH 64   // of the hidden layers
#define MOST 7488  // parameters at most: 30 inputs, 19 outputs

__attribute__((import_module("Math"), import_name("exp"))) double power_of_e(double);

typedef struct {
  int inputs, outputs;
  int weights, factors, shifts;  // where in `values` they begin; the weights of an input side by side
} Layer;

static Layer layers[3];
static float values[MOST], gradients[MOST], means[MOST], squares[MOST];  // of all parameters; AdamW's moments
static float running_means[2 * WIDTH], running_variances[2 * WIDTH];     // of batch norm
static float units[4][ROWS * WIDTH];                                     // what goes into each layer, and the outputs
static float normed[2][ROWS * WIDTH], scales[2][WIDTH];                  // by batch norm; 1 / standard deviation
static float slopes[2][ROWS * WIDTH], turned[WIDTH * WIDTH];
static int targets[ROWS], size;
static double mean_left, square_left;  // how much of AdamW's moments is still their start, 0
ADDRESS(values) ADDRESS(gradients) ADDRESS(running_means) ADDRESS(running_variances) ADDRESS(units) ADDRESS(targets)
EXPORT(outputs_address) void *outputs_address(void) { return units[3]; }

// Lays out an adder in `values`, layer after layer: weights, and batch norm's factors and shifts. Returns its size.
EXPORT(begin) int begin(int inputs, int outputs) {
  int sizes[] = {inputs, WIDTH, WIDTH, outputs};
  size = 0;
  for (int n = 0; n < 3; n++) {
    int factors = size + sizes[n] * sizes[n + 1];
    layers[n] = (Layer){sizes[n], sizes[n + 1], size, factors, factors + WIDTH};
    size = n < 2 ? factors + 2 * WIDTH : factors;
  }
  for (int i = 0; i < 2 * WIDTH; i++) running_means[i] = 0, running_variances[i] = 1;
  for (int n = 0; n < 2; n++)
    for (int i = 0; i < WIDTH; i++) values[layers[n].factors + i] = 1, values[layers[n].shifts + i] = 0;
  return size;
}

// AdamW forgets what it has seen.
EXPORT(restart) void restart(void) {
  for (int i = 0; i < size; i++) means[i] = squares[i] = 0;
  mean_left = square_left = 1;
}

// out += a · b. `b` and `out` have rows of `width` numbers; what stands in row r and column k of `a` is
// a[r · down + k · right]. Zeros in `a`, of which ReLU makes many, cost nothing; four others go at once.
static void add_product(float *restrict out, const float *restrict a, int down, int right, const float *restrict b,
                        int rows, int inner, int width) {
  for (int row = 0; row < rows; row++, out += width) {
    float f[ROWS + 3];
    const float *from[ROWS + 3];
    int found = 0;
    for (int k = 0; k < inner; k++) {
      float factor = a[row * down + k * right];
      if (factor != 0) f[found] = factor, from[found++] = b + k * width;
    }
    for (int k = found; k < found + 3; k++) f[k] = 0, from[k] = b;
    for (int k = 0; k < found; k += 4) {
      const float *b0 = from[k], *b1 = from[k + 1], *b2 = from[k + 2], *b3 = from[k + 3];
      for (int i = 0; i < width; i++)
        out[i] += f[k] * b0[i] + f[k + 1] * b1[i] + f[k + 2] * b2[i] + f[k + 3] * b3[i];
    }
  }
}

// Batch norm and ReLU, in place of a hidden layer's outputs.
static void normalise(int n, int rows, int training, float *y) {
  float mean[WIDTH] = {0}, variance[WIDTH] = {0};
  float *running_mean = running_means + n * WIDTH, *running_variance = running_variances + n * WIDTH;
  const float *factor = values + layers[n].factors, *shift = values + layers[n].shifts;
  for (int row = 0; row < rows && training; row++)
    for (int i = 0; i < WIDTH; i++) mean[i] += y[row * WIDTH + i] / rows;
  for (int row = 0; row < rows && training; row++)
    for (int i = 0; i < WIDTH; i++)
      variance[i] += (y[row * WIDTH + i] - mean[i]) * (y[row * WIDTH + i] - mean[i]) / rows;
  for (int i = 0; i < WIDTH; i++) {
    if (training) {
      running_mean[i] += 0.1f * (mean[i] - running_mean[i]);
      running_variance[i] += 0.1f * (variance[i] * rows / (rows - 1) - running_variance[i]);
    } else mean[i] = running_mean[i], variance[i] = running_variance[i];
    scales[n][i] = 1 / __builtin_sqrtf(variance[i] + 1e-5f);
  }
  for (int row = 0; row < rows; row++)
    for (int i = 0; i < WIDTH; i++) {
      float z = normed[n][row * WIDTH + i] = (y[row * WIDTH + i] - mean[i]) * scales[n][i];
      float value = factor[i] * z + shift[i];
      y[row * WIDTH + i] = value > 0 ? value : 0;
    }
}

// Gradients of factors and shifts, from those of batch norm's outputs; puts those of its inputs in their place.
static void backward_norm(int n, int rows, float *dy) {
  const float *factor = values + layers[n].factors;
  float *of_factor = gradients + layers[n].factors, *of_shift = gradients + layers[n].shifts;
  for (int row = 0; row < rows; row++)
    for (int i = 0; i < WIDTH; i++) {
      of_shift[i] += dy[row * WIDTH + i];
      of_factor[i] += dy[row * WIDTH + i] * normed[n][row * WIDTH + i];
    }
  for (int row = 0; row < rows; row++)
    for (int i = 0; i < WIDTH; i++) {
      float rest = dy[row * WIDTH + i] - (of_shift[i] + normed[n][row * WIDTH + i] * of_factor[i]) / rows;
      dy[row * WIDTH + i] = factor[i] * scales[n][i] * rest;
    }
}

// The outputs for so many rows of inputs in `units`.
EXPORT(forward) void forward(int rows, int training) {
  for (int n = 0; n < 3; n++) {
    int inputs = layers[n].inputs, outputs = layers[n].outputs;
    for (int i = 0; i < rows * outputs; i++) units[n + 1][i] = 0;
    add_product(units[n + 1], units[n], inputs, 1, values + layers[n].weights, rows, inputs, outputs);
    if (n < 2) normalise(n, rows, training, units[n + 1]);
  }
}

// The gradient of the mean cross entropy.
static void loss_gradient(int rows, int outputs, float *dy) {
  for (int row = 0; row < rows; row++, dy += outputs) {
    const float *y = units[3] + row * outputs;
    double highest = y[0], sum = 0;
    for (int o = 1; o < outputs; o++) highest = y[o] > highest ? y[o] : highest;
    for (int o = 0; o < outputs; o++) sum += dy[o] = power_of_e(y[o] - highest);
    for (int o = 0; o < outputs; o++) dy[o] = (dy[o] / sum - (o == targets[row])) / rows;
  }
}

// Writes all gradients, for so many rows of inputs and targets.
EXPORT(backward) void backward(int rows) {
  float *dy = slopes[0], *dx = slopes[1];
  for (int i = 0; i < size; i++) gradients[i] = 0;
  loss_gradient(rows, layers[2].outputs, dy);
  for (int n = 2; n >= 0; n--) {
    int inputs = layers[n].inputs, outputs = layers[n].outputs;
    const float *weights = values + layers[n].weights;
    if (n < 2) backward_norm(n, rows, dy);
    add_product(gradients + layers[n].weights, units[n], 1, inputs, dy, inputs, rows, outputs);
    if (n == 0) return;
    for (int i = 0; i < inputs; i++)
      for (int o = 0; o < outputs; o++) turned[o * inputs + i] = weights[i * outputs + o];
    for (int i = 0; i < rows * inputs; i++) dx[i] = 0;
    add_product(dx, dy, outputs, 1, turned, rows, outputs, inputs);
    for (int i = 0; i < rows * inputs; i++) dx[i] = units[n][i] > 0 ? dx[i] : 0;
    float *other = dy;
    dy = dx, dx = other;
  }
}

// Numbers almost 0 would take a hundred times as long: those of a unit that is never used shrink to there.
static float or_zero(float value) { return value > 1e-30f || value < -1e-30f ? value : 0; }

static void step_adamw(float rate, float decay) {
  mean_left *= 0.9, square_left *= 0.999;
  float length = rate / (1 - mean_left), correction = 1 / (1 - square_left);
  for (int i = 0; i < size; i++) {
    float gradient = gradients[i];
    means[i] = or_zero(means[i] + 0.1f * (gradient - means[i]));
    squares[i] = or_zero(squares[i] + 0.001f * (gradient * gradient - squares[i]));
    float change = length * means[i] / (__builtin_sqrtf(squares[i] * correction) + 1e-8f);
    values[i] = or_zero(values[i] - rate * decay * values[i] - change);
  }
}

EXPORT(train) void train(int rows, int steps, float rate, float decay) {
  for (int step = 0; step < steps; step++) {
    forward(rows, 1);
    backward(rows);
    step_adamw(rate, decay);
  }
}
