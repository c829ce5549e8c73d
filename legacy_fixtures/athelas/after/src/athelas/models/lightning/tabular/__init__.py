from .pl_tab_ae import TabAE
