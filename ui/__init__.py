"""What a user sees beside the toolbox: menu, options page, docks. Algorithms are started by id and never imported."""
