from workers.overlay_mount import lower_option


def test_the_topmost_layer_comes_first() -> None:
    assert lower_option(["base/root", "c/root", "rest/root"]) == "lowerdir=rest/root:c/root:base/root"


def test_many_layers_fit_into_a_page_of_options() -> None:
    assert len(lower_option([f"{number:032x}/root" for number in range(100)])) < 4000
