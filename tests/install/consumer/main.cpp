#include "domino/layers.h"

int main() { return 0; }
