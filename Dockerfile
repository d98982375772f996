# JupyterLab with the course, alone, for Binder or for a JupyterHub: docs/jupyterhub.md says how.
#
# PyTorch is Debian's, which is made for processors alone: what pip fetches for Linux holds CUDA,
# too, gigabytes of it. Everything else comes by pip.
# Debian 13 brings: python 3.13, torch 2.6, torchvision 0.21
FROM debian:trixie-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends python3-torch python3-torchvision python3-venv \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /srv/mnist-adder
COPY LICENSE README.md pyproject.toml ./
COPY mnist_adder_lib mnist_adder_lib
COPY mnist_adder_course mnist_adder_course
COPY assets assets

# A hub wants its own version: docker build --build-arg HUB="jupyterhub==5.*" .
# Binder starts jupyter-notebook.
ARG HUB=jupyterhub
RUN python3 -m venv --system-site-packages /srv/venv \
    && /srv/venv/bin/pip install --no-cache-dir -e ".[export]" "jupyterlab>=3.6" notebook "$HUB"
ENV PATH=/srv/venv/bin:$PATH

# Unpacked once, by root: all learners read it, and none can write there.
RUN python -c "from mnist_adder_lib import load_splits; load_splits()" \
    && python -m compileall -q mnist_adder_lib mnist_adder_course

# Last, so that with a changed lesson hardly anything of the image changes.
COPY docs docs
COPY notebooks notebooks

# Name and numbers as in JupyterHub's own images: its defaults fit, and Binder's.
RUN useradd --create-home --uid 1000 --gid users jovyan
USER jovyan
WORKDIR /home/jovyan

# For many learners on one machine: docs/jupyterhub.md has figures.
ENV OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE

# Everybody works on copies of their own. What is there already stays as it is.
ENTRYPOINT ["sh", "-c", "(cd /srv/mnist-adder && cp -r --update=none --parents notebooks docs assets/*.png ~); exec \"$@\"", "sh"]
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb"]
EXPOSE 8888
