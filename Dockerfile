# JupyterLab with the course, alone or for a JupyterHub: docs/jupyterhub.md says how.
#
# PyTorch is Debian's, which is made for processors alone: what pip fetches for Linux holds CUDA,
# too, and is several times as large. Everything else comes by pip.
FROM debian:trixie-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends python3-torch python3-torchvision python3-venv \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /srv/mnist-adder
COPY LICENSE README.md pyproject.toml ./
COPY mnist_adder_lib mnist_adder_lib
COPY assets assets

# The hub's own version of jupyterhub: docker build --build-arg HUB="jupyterhub==5.*" .
ARG HUB=jupyterhub
RUN python3 -m venv --system-site-packages /srv/venv \
    && /srv/venv/bin/pip install --no-cache-dir -e ".[lab,export]" "$HUB"
ENV PATH=/srv/venv/bin:$PATH

# Unpacked once, by root: all learners read it, and none can write there.
RUN python -c "from mnist_adder_lib import *; load_splits(); load_pretrained()" \
    && python -m compileall -q mnist_adder_lib

# Last, so that a changed lesson is a small change of the image.
COPY docs docs
COPY notebooks notebooks

# Name and numbers as in JupyterHub's own images, so that its defaults fit.
RUN useradd --create-home --uid 1000 --gid users jovyan
USER jovyan
WORKDIR /home/jovyan

# Several learners on one processor: see docs/jupyterhub.md.
ENV OMP_NUM_THREADS=1

# Everybody works on copies of their own; what one has already stays.
ENTRYPOINT ["sh", "-c", "mkdir -p mnist-adder; \
    (cd /srv/mnist-adder; cp -r --update=none --parents notebooks docs assets/*.png ~/mnist-adder); \
    exec \"$@\"", "sh"]
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--ServerApp.root_dir=mnist-adder"]
EXPOSE 8888
