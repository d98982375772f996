"""Settings of the site. `tools/publishing/build_site.py` gathers its sources and calls Sphinx."""

project = "MNIST Adder"
author = copyright = "MNIST Adder contributors"

extensions = ["myst_nb", "course_pages"]
nb_execution_mode = "off"
nb_ipywidgets_js = {}  # they come from elsewhere
nb_render_markdown_format = "myst"
nb_code_prompt_show = "For Colab: a cell that fetches the course"
nb_code_prompt_hide = nb_code_prompt_show
smartquotes = False  # as the notebooks have them
suppress_warnings = ["myst.header"]  # the glossary and the solutions jump a level
myst_enable_extensions = ["html_image"]
myst_heading_anchors = 3
myst_heading_slug_func = "course_pages.slug"

html_theme = "furo"
html_title = project
html_favicon = "static/favicon.svg"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_copy_source = False
html_use_index = False
html_scaled_image_link = False
