"""A Sphinx extension: what the notebooks of this course need to be pages of a site."""

from __future__ import annotations

import posixpath

from docutils import nodes
from myst_nb.core.render import NbElementRenderer
from sphinx.addnodes import pending_xref
from sphinx.transforms.post_transforms import SphinxPostTransform


def slug(title: str) -> str:
    """The anchor of a heading, as JupyterLab and the links in the notebooks have it."""
    return title.strip().replace(" ", "-")


def render_image(self, data, render=NbElementRenderer.render_image):
    """A figure as MyST-NB renders it, and with its alternative text."""
    images = render(self, data)
    images[0]["alt"] = data.output_metadata.get(data.mime_type, {}).get("alt", "")
    return images


class OfTheRepository(SphinxPostTransform):
    """Links to what isn't on the site: to the repository, or mere text while it has no address."""

    default_priority = 5  # before MyST looks for them

    def run(self, **_):
        root, address = self.config.course_root, self.config.course_address
        for link in list(self.document.findall(pending_xref)):
            if link["reftype"] != "myst" or link["refdomain"]:
                continue
            folder = posixpath.dirname(self.env.docname)
            path = posixpath.normpath(posixpath.join(folder, link["reftarget"].partition("#")[0]))
            if path in self.env.found_docs:  # a folder, of which there is a page
                link.attributes.update(refdomain="doc", reftarget=path, reftargetid=None)
            elif (root / path).exists() and not path.startswith(".."):
                place = f"{address}/{'tree' if (root / path).is_dir() else 'blob'}/main/{path}"
                text = link.children
                link.replace_self(nodes.reference("", "", *text, refuri=place) if address else text)


def name_levels(app, pagename, templatename, context, doctree):
    """The captions among the links at the side are headings, and say of which level."""
    tree, role = context.get("furo_navigation_tree", ""), 'role="heading"'
    context["furo_navigation_tree"] = tree.replace(role, f'{role} aria-level="2"')


def setup(app):
    app.add_config_value("course_root", None, "", [])  # a Path
    app.add_config_value("course_address", "", "env")
    app.add_post_transform(OfTheRepository)
    app.connect("html-page-context", name_levels, priority=900)  # after the theme's
    NbElementRenderer.render_image = render_image
    return {"parallel_read_safe": True}
