// The parts of the network, in the order of calculation.

/** @type {Record<string, { name: string, about: string }>} */
export const PARTS = {
  image: {
    name: "image",
    about: "The input: 28 rows of 28 pixels. Your drawing is scaled and centred like the digits of MNIST.",
  },
  block1: {
    name: "block 1",
    about:
      "Two convolutions, each followed by ReLU and batch norm, then max pooling. Each channel shows where in the image its feature was found. One position in a channel sees 6 × 6 pixels.",
  },
  block2: {
    name: "block 2",
    about:
      "Two more convolutions with ReLU and batch norm, then max pooling. They look at all channels of block 1 together. One place now sees 16 × 16 pixels.",
  },
  block3: {
    name: "block 3",
    about:
      "The last two convolutions, with ReLU and batch norm. One place sees 32 × 32 pixels, so the one in the middle sees the whole image.",
  },
  average: {
    name: "average",
    about:
      "The mean of each channel of block 3 (global average pooling): one value for each channel. It says how much was found, no longer where.",
  },
  embedding: {
    name: "embedding",
    about:
      "A fully connected layer, batch norm and ReLU. These 20 values are everything the adder ever gets to know about the image.",
  },
  number: {
    name: "number",
    about:
      "The second input: a 1 at the number's position and 0 everywhere else (one-hot). It is appended to the embedding (concatenation).",
  },
  adder: {
    name: "adder",
    about:
      "Fully connected layers, each followed by batch norm and ReLU. Here the image and the number meet for the first time.",
  },
  digit_head: {
    name: "digit head",
    about:
      "A fully connected layer with one output for each digit; softmax turns them into probabilities. The tallest bar is the answer.",
  },
  sum_head: {
    name: "sum head",
    about:
      "A fully connected layer with one output for each sum from 0 to 18. The network doesn't calculate: it chooses one of them.",
  },
};
export const NAMES = Object.keys(PARTS);
